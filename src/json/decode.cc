#include <fmt/format.h>

#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/printable.h"
#include "base/short_text.h"
#include "base/suggest.h"
#include "json/range.h"
#include "json/reader.h"
#include "skep/field.h"

namespace skep {
namespace {

using json::Value;

/// Where in the arguments the decoder is; links live on its stack and become text only when something is wrong.
struct Place {
  const Place* up = nullptr;
  std::string_view name = {};
  std::size_t index = 0;
};

std::string Describe(const Place& place) {
  if (place.up == nullptr) return std::string(place.name);
  const std::string up = Describe(*place.up);
  if (place.name.empty()) return fmt::format("{}[{}]", up, place.index);
  return up.empty() ? std::string(place.name) : fmt::format("{}.{}", up, place.name);
}

std::string Quote(std::string_view text) { return fmt::format("\"{}\"", Printable(text, limits::kMaxQuoted)); }

/// What came instead, short enough for a sentence.
std::string Describe(Value value) {
  switch (value.type()) {
    case json::Type::kAbsent:
      return "nothing";
    case json::Type::kNull:
      return "null";
    case json::Type::kBool:
      return value.AsBool() ? "true" : "false";
    case json::Type::kInt:
      return fmt::format("{}", value.AsInt());
    case json::Type::kUint:
      return fmt::format("{}", value.AsUint());
    case json::Type::kDouble:
      return fmt::format("{}", value.AsDouble());
    case json::Type::kString:
      return Quote(value.AsString());
    case json::Type::kArray:
      return "an array";
    case json::Type::kObject:
      return "an object";
  }
  return "nothing";
}

std::unexpected<Error> Wrong(const Place& place, std::string_view wanted, std::string_view got) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("{} must be {}, got {}", Describe(place), wanted, got));
}

std::int64_t CountCharacters(std::string_view text) {
  std::int64_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

/// A range on text is in characters, as in JSON Schema; most texts pass or fail by their bytes alone.
bool TextInRange(const Range& range, std::string_view text) {
  const auto bytes = static_cast<std::int64_t>(text.size());
  if (InRange(range, bytes) && InRange({.min = range.min}, (bytes + 3) / 4)) return true;
  return InRange(range, CountCharacters(text));
}

Expected<void> Decode(Value from, const FieldType& type, const Range& range, void* to, const Place& place);

bool IsWhole(double value) { return std::trunc(value) == value; }

Expected<std::int64_t> DecodeInteger(Value from, const Range& range, const Place& place) {
  std::int64_t value = 0;
  if (from.Is(json::Type::kInt)) {
    value = from.AsInt();
  } else if (from.Is(json::Type::kUint) || (from.Is(json::Type::kDouble) && IsWhole(from.AsDouble()))) {
    // 8.0 is an integer to JSON Schema, and 1e3 too.
    const double number = from.AsDouble();
    if (number < -0x1p63 || number >= 0x1p63) {
      const bool bounded = range.min != Range::kOpen && range.max != Range::kOpen;
      return Wrong(place, bounded ? RangeText(range) : "an integer of 64 bits", Describe(from));
    }
    value = static_cast<std::int64_t>(number);
  } else {
    return Wrong(place, "an integer", Describe(from));
  }
  if (!InRange(range, value)) return Wrong(place, RangeText(range), Describe(from));
  return value;
}

Expected<void> DecodeEnum(Value from, const FieldType& type, void* to, const Place& place) {
  if (from.Is(json::Type::kString)) {
    const std::string_view text = from.AsString();
    for (std::size_t i = 0; i < type.names.size(); ++i) {
      if (Same(type.names[i], text)) {
        *static_cast<int*>(to) = static_cast<int>(i);
        return {};
      }
    }
  }
  std::string got = Describe(from);
  if (from.Is(json::Type::kString)) {
    const std::string_view nearest = Nearest(from.AsString(), type.names);
    if (!nearest.empty()) got += fmt::format(" (did you mean \"{}\"?)", nearest);
  }
  return Wrong(place, fmt::format("one of {}", fmt::join(type.names, ", ")), got);
}

Expected<void> DecodeVector(Value from, const FieldType& type, const Range& range, void* to, const Place& place) {
  assert(type.at(to, 0) == nullptr);  // elements are added, so a default would stay in front of them
  if (!from.Is(json::Type::kArray)) return Wrong(place, "an array", Describe(from));
  Value element;
  std::int64_t count = 0;
  for (json::Elements elements(from); elements.Next(element);) ++count;
  // Counted first: what is too long is not worth its memory.
  if (!InRange(range, count)) {
    return Wrong(place, fmt::format("an array of {}", SizeText(range, "elements")), fmt::format("{} elements", count));
  }
  std::size_t index = 0;
  for (json::Elements elements(from); elements.Next(element); ++index) {
    const Place here{.up = &place, .index = index};
    if (auto done = Decode(element, *type.element, {}, type.add(to), here); !done) return done;
  }
  return {};
}

Expected<void> UnknownMember(std::string_view name, std::span<const Field> fields, const Place& place) {
  std::vector<std::string_view> names;
  for (const Field& field : fields) names.push_back(field.name);
  const std::string shown = Printable(name, limits::kMaxQuoted);
  std::string message = fmt::format("{} is unknown", Describe(Place{.up = &place, .name = shown}));
  if (const std::string_view nearest = Nearest(name, names); !nearest.empty()) {
    message += fmt::format(" (did you mean \"{}\"?)", nearest);
  }
  message += names.empty() ? "; nothing is accepted here" : fmt::format("; accepted: {}", fmt::join(names, ", "));
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

Expected<void> DecodeMembers(json::Members members, std::span<const Field> fields, void* object, const Place& place);

Expected<void> DecodeStruct(Value from, std::span<const Field> fields, void* object, const Place& place) {
  if (!from.Is(json::Type::kObject)) return Wrong(place, "an object", Describe(from));
  return DecodeMembers(json::Members(from), fields, object, place);
}

Expected<void> DecodeMembers(json::Members members, std::span<const Field> fields, void* object, const Place& place) {
  std::uint64_t seen = 0;
  std::string_view name;
  Value value;
  std::size_t next = 0;  // members mostly come in the order of the table
  while (members.Next(name, value)) {
    std::size_t i = next;
    if (i >= fields.size() || !Same(fields[i].name, name)) {
      for (i = 0; i < fields.size() && !Same(fields[i].name, name); ++i) {
      }
      if (i == fields.size()) return UnknownMember(name, fields, place);
    }
    next = i + 1;
    const Field& field = fields[i];
    const Place here{.up = &place, .name = field.name};
    if ((seen >> i & 1) != 0) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("{} is given twice", Describe(here)));
    }
    seen |= std::uint64_t{1} << i;
    if (!field.required && value.Is(json::Type::kNull)) continue;
    if (auto done = Decode(value, *field.type, field.range, field.member(object), here); !done) return done;
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].required || (seen >> i & 1) != 0) continue;
    const Place here{.up = &place, .name = fields[i].name};
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is required: {}", Describe(here), DescribeType(fields[i])));
  }
  return {};
}

Expected<void> Decode(Value from, const FieldType& type, const Range& range, void* to, const Place& place) {
  switch (type.kind) {
    case Kind::kBool:
      if (!from.Is(json::Type::kBool)) return Wrong(place, "true or false", Describe(from));
      *static_cast<bool*>(to) = from.AsBool();
      return {};
    case Kind::kInt: {
      Range narrowed = range;
      if (narrowed.min == Range::kOpen) narrowed.min = std::numeric_limits<int>::min();
      if (narrowed.max == Range::kOpen) narrowed.max = std::numeric_limits<int>::max();
      const auto value = DecodeInteger(from, narrowed, place);
      if (!value) return std::unexpected(value.error());
      *static_cast<int*>(to) = static_cast<int>(*value);
      return {};
    }
    case Kind::kInt64: {
      const auto value = DecodeInteger(from, range, place);
      if (!value) return std::unexpected(value.error());
      *static_cast<std::int64_t*>(to) = *value;
      return {};
    }
    case Kind::kDouble: {
      if (!from.Is(json::Type::kInt) && !from.Is(json::Type::kUint) && !from.Is(json::Type::kDouble)) {
        return Wrong(place, "a number", Describe(from));
      }
      const double value = from.AsDouble();
      if (!InRange(range, value)) return Wrong(place, RangeText(range), Describe(from));
      *static_cast<double*>(to) = value;
      return {};
    }
    case Kind::kText:
    case Kind::kString: {
      if (!from.Is(json::Type::kString)) return Wrong(place, "a string", Describe(from));
      const std::string_view text = from.AsString();
      if (!TextInRange(range, text)) {
        return Wrong(place, fmt::format("a string of {}", SizeText(range, "characters")),
                     fmt::format("{} characters", CountCharacters(text)));
      }
      if (type.kind == Kind::kText) {
        *static_cast<std::string_view*>(to) = text;
      } else {
        *static_cast<std::string*>(to) = text;
      }
      return {};
    }
    case Kind::kTime:
      return Fail(ErrorCode::kInternal, "time stamps are written, never read");
    case Kind::kEnum:
      return DecodeEnum(from, type, to, place);
    case Kind::kOptional:
      return Decode(from, *type.element, range, type.add(to), place);
    case Kind::kVector:
      return DecodeVector(from, type, range, to, place);
    case Kind::kStruct:
      if (type.from_text && from.Is(json::Type::kString)) {
        const Field& first = type.fields.front();
        return Decode(from, *first.type, first.range, first.member(to), Place{.up = &place, .name = first.name});
      }
      return DecodeStruct(from, type.fields, to, place);
  }
  return {};
}

}  // namespace

Expected<void> DecodeFields(json::Value from, std::span<const Field> fields, void* object) {
  if (!from.exists()) return DecodeMembers(json::Members(), fields, object, Place{});
  return DecodeStruct(from, fields, object, Place{});
}

}  // namespace skep
