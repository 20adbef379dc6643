#include "cli/flag_help.h"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "cli/arguments.h"

namespace skep::cli {
namespace {

/// A number's or text's bounds, as in "1–1024".
std::string Bounds(const Field& field) {
  const auto [min, max] = field.range;
  if (min != Range::kOpen && max != Range::kOpen) return fmt::format("{}–{}", min, max);
  if (min != Range::kOpen) return fmt::format("at least {}", min);
  return max != Range::kOpen ? fmt::format("at most {}", max) : "";
}

std::string Quoted(std::string_view text) { return text.empty() ? "" : fmt::format("\"{}\"", text); }

/// What the field's value is when the flag is not given; empty when there is nothing to say.
std::string DefaultText(const Field& field, const void* defaults) {
  if (field.required || defaults == nullptr) return "";
  void* const value = field.member(const_cast<void*>(defaults));
  switch (field.type->kind) {
    case Kind::kInt:
      return fmt::format("{}", *static_cast<int*>(value));
    case Kind::kInt64:
      return fmt::format("{}", *static_cast<std::int64_t*>(value));
    case Kind::kDouble:
      return fmt::format("{}", *static_cast<double*>(value));
    case Kind::kText:
      return Quoted(*static_cast<std::string_view*>(value));
    case Kind::kString:
      return Quoted(*static_cast<std::string*>(value));
    case Kind::kEnum:
      return std::string(field.type->names[static_cast<std::size_t>(*static_cast<int*>(value))]);
    default:
      return "";
  }
}

}  // namespace

std::string ValueName(const Field& field) {
  const FieldType& type = PlainType(field);
  switch (type.kind) {
    case Kind::kBool:
      return "";
    case Kind::kInt:
    case Kind::kInt64:
      return "INTEGER";
    case Kind::kDouble:
      return "NUMBER";
    case Kind::kEnum:
      return fmt::format("{}", fmt::join(type.names, "|"));
    case Kind::kVector:
      if (TakesLines(field)) return "LINES|@FILE";
      if (type.element->kind == Kind::kStruct) return type.element->from_text ? "LIST|JSON" : "JSON";
      return type.element->kind == Kind::kEnum ? fmt::format("{},…", fmt::join(type.element->names, "|")) : "LIST";
    case Kind::kStruct:
      return "JSON";
    default:
      return "TEXT";
  }
}

std::string DescribeValue(const FieldType& type) {
  switch (type.kind) {
    case Kind::kBool:
      return "true or false";
    case Kind::kInt:
    case Kind::kInt64:
      return "integer";
    case Kind::kDouble:
      return "number";
    case Kind::kTime:
      return "time, RFC 3339";
    case Kind::kEnum:
      return fmt::format("{}", fmt::join(type.names, ", "));
    case Kind::kOptional:
      return DescribeValue(*type.element);
    case Kind::kVector:
      return fmt::format("list: {}", DescribeValue(*type.element));
    case Kind::kStruct:
      return type.from_text ? "text or object" : "object";
    default:
      return "text";
  }
}

std::string FlagHelp(const Field& field, const void* defaults) {
  std::vector<std::string> facts;
  if (field.required) facts.emplace_back("required");
  if (std::string bounds = Bounds(field); !bounds.empty()) {
    const Kind kind = PlainType(field).kind;
    const bool text = kind == Kind::kText || kind == Kind::kString;
    facts.push_back(text ? bounds + " characters" : std::move(bounds));
  }
  if (std::string value = DefaultText(field, defaults); !value.empty()) facts.push_back("default " + value);
  std::string help(field.doc);
  if (!facts.empty()) help += fmt::format("{}[{}]", help.empty() ? "" : " ", fmt::join(facts, "; "));
  return help;
}

}  // namespace skep::cli
