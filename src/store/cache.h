#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace skep::store {

/// A memory entry as the store holds it.
struct Entry {
  std::string value;
  std::int64_t version = 0;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t expires_ms = 0;  ///< Wall clock; 0: never.
};

// The class Cache (bounded LRU, stamped with the database state it mirrors) is declared here by whoever implements it.

}  // namespace skep::store
