#include "fuzz/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>

#include "json/copy.h"

namespace skep::fuzz {
namespace {

using nlohmann::json;

/// They say something to people, or where to find a schema, and judge no value.
constexpr std::array<std::string_view, 14> kAnnotations = {
    "$schema", "$id",      "$comment", "$defs",      "definitions", "title",     "description",
    "default", "examples", "format",   "deprecated", "readOnly",    "writeOnly", "contentEncoding"};

/// Parts of a schema ($ref, allOf …) that lead from one to the next for one value: more than any that ends.
constexpr int kMostRefers = 64;

std::uint8_t TypeOf(const json& name) {
  if (name == "null") return Schema::kNull;
  if (name == "boolean") return Schema::kBool;
  if (name == "integer") return Schema::kInteger;
  if (name == "number") return Schema::kNumber;
  if (name == "string") return Schema::kString;
  if (name == "array") return Schema::kArray;
  if (name == "object") return Schema::kObject;
  return 0;
}

Schema::Choice ChoiceOf(const json& value) {
  if (value.is_string()) return {true, value.get<std::string>()};
  return {false, value.dump()};
}

/// The types that a value is of.
std::uint8_t TypesOf(skep::json::Value value) {
  using skep::json::Type;
  switch (value.type()) {
    case Type::kBool:
      return Schema::kBool;
    case Type::kInt:
    case Type::kUint:
      return Schema::kInteger | Schema::kNumber;
    case Type::kDouble:
      return std::trunc(value.AsDouble()) == value.AsDouble() ? Schema::kInteger | Schema::kNumber : Schema::kNumber;
    case Type::kString:
      return Schema::kString;
    case Type::kArray:
      return Schema::kArray;
    case Type::kObject:
      return Schema::kObject;
    default:
      return Schema::kNull;
  }
}

std::size_t CodePoints(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

class Schema::Compiler {
 public:
  Compiler(Schema& schema, const json& document) : schema_(schema), document_(document) {}

  int Compile(const json& from) {
    const int index = static_cast<int>(schema_.nodes_.size());
    schema_.nodes_.emplace_back();
    Fill(index, from);
    return index;
  }

 private:
  Node& at(int index) { return schema_.nodes_[static_cast<std::size_t>(index)]; }

  void Fill(int index, const json& from) {
    if (from.is_boolean()) at(index).never = !from.get<bool>();
    if (!from.is_object()) return;
    for (const auto& [keyword, value] : from.items()) {
      if (!Keyword(index, keyword, value) && !Bound(at(index), keyword, value) &&
          std::ranges::find(kAnnotations, keyword) == kAnnotations.end()) {
        schema_.unknown_.insert(keyword);
      }
    }
  }

  bool Keyword(int index, const std::string& keyword, const json& value) {
    if (keyword == "type") {
      std::uint8_t types = 0;
      for (const json& name : value.is_array() ? value : json::array({value})) {
        types = static_cast<std::uint8_t>(types | TypeOf(name));
      }
      at(index).types = types;
    } else if (keyword == "properties" && value.is_object()) {
      for (const auto& [name, property] : value.items()) {
        const int node = Compile(property);
        at(index).properties.emplace_back(name, node);
      }
    } else if (keyword == "required" && value.is_array()) {
      for (const json& name : value) {
        if (name.is_string()) at(index).required.push_back(name.get<std::string>());
      }
    } else if (keyword == "additionalProperties") {
      const int node = Compile(value);
      at(index).additional = node;
    } else if (keyword == "items" && !value.is_array()) {
      const int node = Compile(value);
      at(index).items = node;
    } else if (keyword == "enum" && value.is_array()) {
      for (const json& choice : value) at(index).choices.push_back(ChoiceOf(choice));
    } else if (keyword == "const") {
      at(index).choices = {ChoiceOf(value)};
    } else if (keyword == "$ref" && value.is_string()) {
      const int node = Referred(value.get<std::string>());
      if (node == kNone) return false;
      at(index).all_of.push_back(node);
    } else if ((keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf") && value.is_array()) {
      std::vector<int> nodes;
      for (const json& one : value) nodes.push_back(Compile(one));
      Node& node = at(index);
      std::vector<int>& to = keyword == "allOf" ? node.all_of : keyword == "anyOf" ? node.any_of : node.one_of;
      to.insert(to.end(), nodes.begin(), nodes.end());
    } else {
      return false;
    }
    return true;
  }

  static bool Bound(Node& node, const std::string& keyword, const json& value) {
    if (!value.is_number()) return false;
    const double bound = value.get<double>();
    if (keyword == "minimum") return node.minimum = bound, true;
    if (keyword == "maximum") return node.maximum = bound, true;
    if (keyword == "exclusiveMinimum") return node.above = bound, true;
    if (keyword == "exclusiveMaximum") return node.below = bound, true;
    if (bound < 0) return false;
    const auto size = static_cast<std::size_t>(bound);
    if (keyword == "minLength") return node.min_length = size, true;
    if (keyword == "maxLength") return node.max_length = size, true;
    if (keyword == "minItems") return node.min_items = size, true;
    if (keyword == "maxItems") return node.max_items = size, true;
    return false;
  }

  /// A part of this document that is referred to, "#/$defs/x". Each is compiled once, so that it may refer to itself.
  int Referred(const std::string& reference) {
    if (!reference.starts_with('#')) return kNone;
    if (const auto known = referred_.find(reference); known != referred_.end()) return known->second;
    const json* part = nullptr;
    try {
      part = &document_.at(json::json_pointer(reference.substr(1)));
    } catch (const json::exception&) {
      return kNone;
    }
    const int index = static_cast<int>(schema_.nodes_.size());
    schema_.nodes_.emplace_back();
    referred_[reference] = index;
    Fill(index, *part);
    return index;
  }

  Schema& schema_;
  const json& document_;
  std::map<std::string, int> referred_;
};

int Schema::Node::Property(std::string_view name) const {
  for (const auto& [known, node] : properties) {
    if (known == name) return node;
  }
  return kNone;
}

bool Schema::Node::Requires(std::string_view name) const { return std::ranges::find(required, name) != required.end(); }

Schema::Schema(const nlohmann::json& schema) { Compiler(*this, schema).Compile(schema); }

std::optional<std::string> Schema::Check(skep::json::Value value) const {
  std::string fault;
  if (Check(0, value, fault)) return std::nullopt;
  return fault;
}

bool Schema::Check(int index, skep::json::Value value, std::string& fault, int refers) const {
  const Node& node = this->node(index);
  const auto wrong = [&](std::string_view why) {
    fault = fmt::format(": {}", why);
    return false;
  };
  if (refers > kMostRefers) return wrong("has a schema that refers to itself without end");
  if (node.never) return wrong("must not be there");
  const std::uint8_t types = TypesOf(value);
  if ((types & node.types) == 0) return wrong("is of another type");
  if (!node.choices.empty()) {
    const bool is_text = types == kString;
    const std::string_view text = is_text ? value.AsString() : std::string_view();
    const std::string copy = is_text ? std::string() : skep::json::Copy(value);
    const bool chosen = std::ranges::any_of(node.choices, [&](const Choice& choice) {
      return choice.is_text == is_text && choice.value == (is_text ? text : std::string_view(copy));
    });
    if (!chosen) return wrong("is none of the choices");
  }
  if ((types & kNumber) != 0) {
    const double number = value.AsDouble();
    if ((node.minimum && number < *node.minimum) || (node.above && number <= *node.above)) return wrong("is too small");
    if ((node.maximum && number > *node.maximum) || (node.below && number >= *node.below)) return wrong("is too large");
  }
  if (types == kString && (node.min_length || node.max_length)) {
    const std::size_t size = CodePoints(value.AsString());
    if (size < node.min_length.value_or(0)) return wrong("is too short");
    if (node.max_length && size > *node.max_length) return wrong("is too long");
  }
  if (types == kObject && !CheckObject(node, value, fault)) return false;
  if (types == kArray && !CheckArray(node, value, fault)) return false;

  const auto fits = [&](int one) { return Check(one, value, fault, refers + 1); };
  if (!std::ranges::all_of(node.all_of, fits)) return false;
  if (!node.any_of.empty() && std::ranges::none_of(node.any_of, fits)) return wrong("fits none of anyOf");
  if (!node.one_of.empty() && std::ranges::count_if(node.one_of, fits) != 1) return wrong("does not fit one of oneOf");
  return true;
}

bool Schema::CheckObject(const Node& node, skep::json::Value value, std::string& fault) const {
  for (const std::string& name : node.required) {
    if (!value.Find(name).exists()) {
      fault = fmt::format(": \"{}\" is missing", name);
      return false;
    }
  }
  if (node.properties.empty() && node.additional == kNone) return true;
  std::string_view name;
  skep::json::Value member;
  for (skep::json::Members members(value); members.Next(name, member);) {
    int rule = node.Property(name);
    if (rule == kNone) rule = node.additional;
    if (rule != kNone && !Check(rule, member, fault)) {
      fault = fmt::format("/{}{}", name, fault);
      return false;
    }
  }
  return true;
}

bool Schema::CheckArray(const Node& node, skep::json::Value value, std::string& fault) const {
  std::size_t count = 0;
  skep::json::Value element;
  for (skep::json::Elements elements(value); elements.Next(element); ++count) {
    if (node.items != kNone && !Check(node.items, element, fault)) {
      fault = fmt::format("/{}{}", count, fault);
      return false;
    }
  }
  if (count >= node.min_items.value_or(0) && count <= node.max_items.value_or(count)) return true;
  fault = fmt::format(": has {} elements", count);
  return false;
}

}  // namespace skep::fuzz
