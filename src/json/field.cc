#include "skep/field.h"

#include <fmt/format.h>

#include <string>

#include "base/time_text.h"
#include "json/range.h"
#include "json/writer.h"

namespace skep {
namespace {

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
      return to.Plain(FormatTime(static_cast<Timestamp*>(value)->ms, text));
    }
    case Kind::kEnum:
      return to.Plain(type.names[static_cast<std::size_t>(*static_cast<int*>(value))]);
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

// A schema is read by models, and costs them by the word. So it says what helps to fill it in: types, choices, bounds
// of numbers, defaults. Not in it are the bounds of texts and lists and that unknown members are refused (the decoder's
// error says so, to whoever comes near), and of results more than the types of what they always have: they may have
// other members (docs/tools.md has all).

enum class Direction : std::uint8_t { kIn, kOut };

void WriteObjectSchema(std::span<const Field> fields, const void* defaults, Direction direction, json::Writer& to);

void WriteBounds(const Range& range, json::Writer& to) {
  // That a count is not negative goes without saying.
  static_assert(Range::kOpen < 0);
  if (range.min > 1) to.Member("minimum", range.min);
  if (range.max != Range::kOpen) to.Member("maximum", range.max);
}

/// The inside of a schema object: everything but its braces, description and default.
void WriteTypeSchema(const FieldType& type, const Range& range, Direction direction, json::Writer& to) {
  const bool in = direction == Direction::kIn;
  switch (type.kind) {
    case Kind::kBool:
      return to.Member("type", "boolean");
    case Kind::kInt:
    case Kind::kInt64:
      to.Member("type", "integer");
      return WriteBounds(in ? range : Range(), to);
    case Kind::kDouble:
      to.Member("type", "number");
      return WriteBounds(in ? range : Range(), to);
    case Kind::kText:
    case Kind::kString:
    case Kind::kTime:
      return to.Member("type", "string");
    case Kind::kEnum:
      to.Member("type", "string");
      if (!in) return;
      to.Key("enum");
      to.BeginArray();
      for (const std::string_view name : type.names) to.String(name);
      return to.EndArray();
    case Kind::kOptional:
      return WriteTypeSchema(*type.element, range, direction, to);
    case Kind::kVector:
      to.Member("type", "array");
      if (!in) return;
      to.Key("items");
      to.BeginObject();
      WriteTypeSchema(*type.element, {}, direction, to);
      return to.EndObject();
    case Kind::kStruct:
      if (!in) return to.Member("type", "object");
      if (!type.from_text) return WriteObjectSchema(type.fields, nullptr, direction, to);
      to.Key("anyOf");
      to.BeginArray();
      to.BeginObject();
      to.Member("type", "string");
      to.EndObject();
      to.BeginObject();
      WriteObjectSchema(type.fields, nullptr, direction, to);
      to.EndObject();
      return to.EndArray();
  }
}

/// Whether a default tells the reader something: not that a text left out is empty.
bool IsWorthSaying(const FieldType& type, const void* value) {
  if (type.kind == Kind::kText) return !static_cast<const std::string_view*>(value)->empty();
  if (type.kind == Kind::kString) return !static_cast<const std::string*>(value)->empty();
  // The others have none: they are absent, empty, or what their own members' defaults make them.
  return type.kind < Kind::kOptional;
}

void WriteObjectSchema(std::span<const Field> fields, const void* defaults, Direction direction, json::Writer& to) {
  to.Member("type", "object");
  to.Key("properties");
  to.BeginObject();
  bool any_required = false;
  for (const Field& field : fields) {
    any_required = any_required || field.required;
    if (direction == Direction::kOut && !field.required) continue;
    to.Key(field.name);
    to.BeginObject();
    WriteTypeSchema(*field.type, field.range, direction, to);
    if (!field.doc.empty() && direction == Direction::kIn) to.Member("description", field.doc);
    if (defaults != nullptr && !field.required) {
      void* const value = field.member(const_cast<void*>(defaults));
      if (IsWorthSaying(*field.type, value)) {
        to.Key("default");
        Encode(*field.type, value, to);
      }
    }
    to.EndObject();
  }
  to.EndObject();
  if (!any_required || direction == Direction::kOut) return;
  to.Key("required");
  to.BeginArray();
  for (const Field& field : fields) {
    if (field.required) to.String(field.name);
  }
  to.EndArray();
}

}  // namespace

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
    void* value = field.member(const_cast<void*>(object));
    const FieldType* type = field.type;
    if (type->kind == Kind::kOptional) {
      value = type->at(value, 0);
      if (value == nullptr) continue;
      type = type->element;
    }
    to.Key(field.name);
    Encode(*type, value, to);
  }
  to.EndObject();
}

void WriteSchema(std::span<const Field> fields, const void* defaults, json::Writer& to) {
  to.BeginObject();
  WriteObjectSchema(fields, defaults, defaults != nullptr ? Direction::kIn : Direction::kOut, to);
  to.EndObject();
}

std::string DescribeType(const Field& field) {
  const FieldType* type = field.type;
  if (type->kind == Kind::kOptional) type = type->element;
  const Range& range = field.range;
  switch (type->kind) {
    case Kind::kBool:
      return "true or false";
    case Kind::kInt:
    case Kind::kInt64:
      return IsOpen(range) ? "an integer" : fmt::format("an integer {}", RangeText(range));
    case Kind::kDouble:
      return IsOpen(range) ? "a number" : fmt::format("a number {}", RangeText(range));
    case Kind::kText:
    case Kind::kString:
      return IsOpen(range) ? "a string" : fmt::format("a string of {}", SizeText(range, "characters"));
    case Kind::kTime:
      return "a time";
    case Kind::kEnum:
      return fmt::format("one of {}", fmt::join(type->names, ", "));
    case Kind::kVector: {
      const std::string_view items = type->element->kind == Kind::kStruct ? "objects" : "elements";
      return IsOpen(range) ? fmt::format("an array of {}", items)
                           : fmt::format("an array of {}", SizeText(range, items));
    }
    default:
      return "an object";
  }
}

}  // namespace skep
