#include "skep/field.h"

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "base/suggest.h"
#include "base/time_text.h"
#include "json/reader.h"
#include "json/writer.h"

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
    case json::Type::kString: {
      constexpr std::size_t kShown = 40;
      std::string_view text = value.AsString();
      if (text.size() <= kShown) return fmt::format("\"{}\"", text);
      text = text.substr(0, kShown);
      while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.remove_suffix(1);
      if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xc0) text.remove_suffix(1);
      return fmt::format("\"{}…\"", text);
    }
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

std::string RangeText(const Range& range) {
  if (range.min != Range::kOpen && range.max != Range::kOpen) return fmt::format("from {} to {}", range.min, range.max);
  return range.min != Range::kOpen ? fmt::format("at least {}", range.min) : fmt::format("at most {}", range.max);
}

bool InRange(const Range& range, double value) {
  return (range.min == Range::kOpen || value >= static_cast<double>(range.min)) &&
         (range.max == Range::kOpen || value <= static_cast<double>(range.max));
}

bool InRange(const Range& range, std::int64_t value) {
  return (range.min == Range::kOpen || value >= range.min) && (range.max == Range::kOpen || value <= range.max);
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

Expected<std::int64_t> DecodeInteger(Value from, const Range& range, const Place& place) {
  std::int64_t value = 0;
  if (from.Is(json::Type::kInt)) {
    value = from.AsInt();
  } else if (from.Is(json::Type::kDouble) && std::trunc(from.AsDouble()) == from.AsDouble() &&
             std::abs(from.AsDouble()) <= 0x1p53) {
    value = static_cast<std::int64_t>(from.AsDouble());  // 8.0 is an integer to JSON Schema
  } else {
    return Wrong(place, "an integer", Describe(from));
  }
  if (!InRange(range, value)) return Wrong(place, RangeText(range), fmt::format("{}", value));
  return value;
}

Expected<void> DecodeEnum(Value from, const FieldType& type, void* to, const Place& place) {
  if (from.Is(json::Type::kString)) {
    const std::string_view text = from.AsString();
    for (std::size_t i = 0; i < type.names.size(); ++i) {
      if (type.names[i] == text) {
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
  if (!from.Is(json::Type::kArray)) return Wrong(place, "a list", Describe(from));
  Value element;
  std::size_t count = 0;
  for (json::Elements elements(from); elements.Next(element); ++count) {
    const Place here{.up = &place, .index = count};
    if (auto done = Decode(element, *type.element, {}, type.add(to), here); !done) return done;
  }
  if (!InRange(range, static_cast<std::int64_t>(count))) {
    return Wrong(place, fmt::format("a list of {} elements", RangeText(range)), fmt::format("{}", count));
  }
  return {};
}

Expected<void> UnknownMember(std::string_view name, std::span<const Field> fields, const Place& place) {
  std::vector<std::string_view> names;
  for (const Field& field : fields) names.push_back(field.name);
  const Place here{.up = &place, .name = name};
  std::string message = fmt::format("{} is unknown", Describe(here));
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
    if (i >= fields.size() || fields[i].name != name) {
      for (i = 0; i < fields.size() && fields[i].name != name; ++i) {
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
      if (!from.Is(json::Type::kString)) return Wrong(place, "a text", Describe(from));
      const std::string_view text = from.AsString();
      if (!TextInRange(range, text)) {
        return Wrong(place, fmt::format("{} characters long", RangeText(range)),
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
      return DecodeStruct(from, type.fields, to, place);
  }
  return {};
}

template <class Visit>
void ForEachText(const FieldType& type, void* value, const Visit& visit) {
  switch (type.kind) {
    case Kind::kText:
      visit(*static_cast<std::string_view*>(value));
      return;
    case Kind::kOptional:
    case Kind::kVector:
      if (type.element->kind < Kind::kText) return;
      for (std::size_t i = 0; void* element = type.at(value, i); ++i) ForEachText(*type.element, element, visit);
      return;
    case Kind::kStruct:
      for (const Field& field : type.fields) ForEachText(*field.type, field.member(value), visit);
      return;
    default:
      return;
  }
}

void Encode(const FieldType& type, void* value, json::Writer& to) {
  switch (type.kind) {
    case Kind::kBool:
      return to.Bool(*static_cast<bool*>(value));
    case Kind::kInt:
      return to.Int(*static_cast<int*>(value));
    case Kind::kInt64:
      return to.Int(*static_cast<std::int64_t*>(value));
    case Kind::kDouble:
      return to.Double(*static_cast<double*>(value));
    case Kind::kText:
      return to.String(*static_cast<std::string_view*>(value));
    case Kind::kString:
      return to.String(*static_cast<std::string*>(value));
    case Kind::kTime: {
      char text[kTimeTextSize];
      return to.String(FormatTime(static_cast<Timestamp*>(value)->ms, text));
    }
    case Kind::kEnum:
      return to.String(type.names[static_cast<std::size_t>(*static_cast<int*>(value))]);
    case Kind::kOptional:
      if (void* element = type.at(value, 0)) return Encode(*type.element, element, to);
      return to.Null();
    case Kind::kVector:
      to.BeginArray();
      for (std::size_t i = 0; void* element = type.at(value, i); ++i) Encode(*type.element, element, to);
      return to.EndArray();
    case Kind::kStruct:
      return EncodeFields(value, type.fields, to);
  }
}

void WriteTypeSchema(const FieldType& type, const Range& range, json::Writer& to);

void WriteBounds(std::string_view least, std::string_view most, const Range& range, json::Writer& to) {
  if (range.min != Range::kOpen) to.Member(least, range.min);
  if (range.max != Range::kOpen) to.Member(most, range.max);
}

/// The inside of a schema object: everything but its braces, description and default.
void WriteTypeSchema(const FieldType& type, const Range& range, json::Writer& to) {
  switch (type.kind) {
    case Kind::kBool:
      return to.Member("type", "boolean");
    case Kind::kInt:
    case Kind::kInt64:
      to.Member("type", "integer");
      return WriteBounds("minimum", "maximum", range, to);
    case Kind::kDouble:
      to.Member("type", "number");
      return WriteBounds("minimum", "maximum", range, to);
    case Kind::kText:
    case Kind::kString:
      to.Member("type", "string");
      return WriteBounds("minLength", "maxLength", range, to);
    case Kind::kTime:
      to.Member("type", "string");
      return to.Member("format", "date-time");
    case Kind::kEnum:
      to.Member("type", "string");
      to.Key("enum");
      to.BeginArray();
      for (const std::string_view name : type.names) to.String(name);
      return to.EndArray();
    case Kind::kOptional:
      return WriteTypeSchema(*type.element, range, to);
    case Kind::kVector:
      to.Member("type", "array");
      to.Key("items");
      to.BeginObject();
      WriteTypeSchema(*type.element, {}, to);
      to.EndObject();
      return WriteBounds("minItems", "maxItems", range, to);
    case Kind::kStruct: {
      to.Member("type", "object");
      to.Key("properties");
      to.BeginObject();
      for (const Field& field : type.fields) {
        to.Key(field.name);
        to.BeginObject();
        WriteTypeSchema(*field.type, field.range, to);
        if (!field.doc.empty()) to.Member("description", field.doc);
        to.EndObject();
      }
      return to.EndObject();
    }
  }
}

}  // namespace

Expected<void> DecodeFields(json::Value from, std::span<const Field> fields, void* object) {
  if (!from.exists()) return DecodeMembers(json::Members(), fields, object, Place{});
  return DecodeStruct(from, fields, object, Place{});
}

void OwnText(std::span<const Field> fields, void* object, Block& arena) {
  const FieldType type{.kind = Kind::kStruct, .fields = fields};
  std::size_t bytes = 0;
  ForEachText(type, object, [&](const std::string_view& text) { bytes += text.size(); });
  arena.Reserve(bytes);
  ForEachText(type, object, [&](std::string_view& text) {
    const char* const copy = arena.data() + arena.size();
    arena.Append(text);
    text = {copy, text.size()};
  });
}

void EncodeFields(const void* object, std::span<const Field> fields, json::Writer& to) {
  to.BeginObject();
  for (const Field& field : fields) {
    // Rows reach members for reading and writing alike; encoding only reads.
    void* const member = field.member(const_cast<void*>(object));
    if (field.type->kind == Kind::kOptional && field.type->at(member, 0) == nullptr) continue;
    to.Key(field.name);
    Encode(*field.type, member, to);
  }
  to.EndObject();
}

void WriteSchema(std::span<const Field> fields, const void* defaults, json::Writer& to) {
  to.BeginObject();
  to.Member("type", "object");
  to.Key("properties");
  to.BeginObject();
  bool any_required = false;
  for (const Field& field : fields) {
    any_required = any_required || field.required;
    to.Key(field.name);
    to.BeginObject();
    WriteTypeSchema(*field.type, field.range, to);
    if (!field.doc.empty()) to.Member("description", field.doc);
    const bool has_default = field.type->kind != Kind::kOptional && field.type->kind != Kind::kVector;
    if (defaults != nullptr && !field.required && has_default) {
      to.Key("default");
      Encode(*field.type, field.member(const_cast<void*>(defaults)), to);
    }
    to.EndObject();
  }
  to.EndObject();
  if (any_required) {
    to.Key("required");
    to.BeginArray();
    for (const Field& field : fields) {
      if (field.required) to.String(field.name);
    }
    to.EndArray();
  }
  if (defaults != nullptr) to.Member("additionalProperties", false);
  to.EndObject();
}

std::string DescribeType(const Field& field) {
  const FieldType* type = field.type;
  if (type->kind == Kind::kOptional) type = type->element;
  const bool bounded = field.range.min != Range::kOpen || field.range.max != Range::kOpen;
  switch (type->kind) {
    case Kind::kBool:
      return "true or false";
    case Kind::kInt:
    case Kind::kInt64:
      return bounded ? fmt::format("an integer {}", RangeText(field.range)) : "an integer";
    case Kind::kDouble:
      return bounded ? fmt::format("a number {}", RangeText(field.range)) : "a number";
    case Kind::kText:
    case Kind::kString:
      return bounded ? fmt::format("a text {} characters long", RangeText(field.range)) : "a text";
    case Kind::kEnum:
      return fmt::format("one of {}", fmt::join(type->names, ", "));
    case Kind::kVector:
      return type->element->kind == Kind::kStruct ? "a list of objects" : "a list";
    default:
      return "an object";
  }
}

}  // namespace skep
