#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "json/reader.h"

namespace skep {

using Nlohmann = nlohmann::json;

/// The same document in the other library's form. Of members with one name the last one stays, as there.
inline Nlohmann Convert(json::Value value) {
  switch (value.type()) {
    case json::Type::kAbsent:
      return Nlohmann(Nlohmann::value_t::discarded);
    case json::Type::kNull:
      return nullptr;
    case json::Type::kBool:
      return value.AsBool();
    case json::Type::kInt:
      return value.AsInt();
    case json::Type::kUint:
      return value.AsUint();
    case json::Type::kDouble:
      return value.AsDouble();
    case json::Type::kString:
      return std::string(value.AsString());
    case json::Type::kArray: {
      Nlohmann array = Nlohmann::array();
      json::Value element;
      for (json::Elements elements(value); elements.Next(element);) array.push_back(Convert(element));
      return array;
    }
    case json::Type::kObject: {
      Nlohmann object = Nlohmann::object();
      std::string_view name;
      json::Value member;
      for (json::Members members(value); members.Next(name, member);) object[std::string(name)] = Convert(member);
      return object;
    }
  }
  return nullptr;
}

}  // namespace skep
