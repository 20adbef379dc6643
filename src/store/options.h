#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/limits.h"
#include "store/database.h"

namespace skep::store {

/// How a group of operations went, in nanoseconds.
struct GroupFigures {
  std::size_t operations = 0;
  std::int64_t lock_ns = 0;    ///< Waiting for other processes to write.
  std::int64_t run_ns = 0;     ///< The operations themselves.
  std::int64_t commit_ns = 0;  ///< The commit, fsync included.
  bool wrote = false;          ///< Something was committed.
};

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
  /// Called on the store's thread after each group, and after each checkpoint with how long it took. Null: nothing is
  /// measured.
  std::function<void(const GroupFigures&)> on_group;
  std::function<void(std::int64_t ns)> on_checkpoint;
};

}  // namespace skep::store
