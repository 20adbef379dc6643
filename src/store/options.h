#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/limits.h"
#include "store/database.h"

namespace skep::store {

struct Options {
  std::string path;  ///< The database file. Its directory is created (0700).
  /// `--durability=full`; false: an acknowledged write survives a killed process but not a power cut.
  bool fsync = true;
  std::size_t cache_bytes = limits::kCacheBytes;
  std::int64_t lock_wait_ms = limits::kLockWaitMs;
  /// Housekeeping (indexing, purging), in a transaction of its own on the store's thread: when nothing has been queued
  /// for limits::kIdleMs, after every limits::kMaintenanceEvery operations, and once at exit if this process has
  /// written. Must take no longer than some 20 ms; returns whether there is more to do.
  std::function<bool(Database&)> maintenance;
};

}  // namespace skep::store
