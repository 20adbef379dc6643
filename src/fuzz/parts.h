#pragma once

#include <string_view>

#include "json/reader.h"

namespace skep::fuzz {

/// What JSON-RPC names in a message, found in one walk. Of a name that is there twice it is the first.
struct Parts {
  json::Value version, id, method, params, result, error;
  int ids = 0;          ///< How often there is an id.
  bool twice = false;   ///< A name is there twice.
  bool others = false;  ///< There are members of other names.

  /// Absent, all of them, when the message is no object.
  explicit Parts(json::Value message) {
    if (!message.Is(json::Type::kObject)) return;
    std::string_view name;
    json::Value member;
    for (json::Members members(message); members.Next(name, member);) {
      json::Value* const part = Find(name);
      if (part == nullptr) {
        others = true;
        continue;
      }
      if (part == &id) ++ids;
      if (part->exists()) {
        twice = true;
      } else {
        *part = member;
      }
    }
  }

 private:
  json::Value* Find(std::string_view name) {
    if (name == "jsonrpc") return &version;
    if (name == "id") return &id;
    if (name == "method") return &method;
    if (name == "params") return &params;
    if (name == "result") return &result;
    if (name == "error") return &error;
    return nullptr;
  }
};

}  // namespace skep::fuzz
