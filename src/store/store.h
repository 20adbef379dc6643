#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/executor.h"
#include "base/limits.h"
#include "skep/error.h"
#include "store/cache.h"
#include "store/database.h"

namespace skep::store {

/// Something to be done in the one write transaction that is open.
class Operation {
 public:
  virtual ~Operation() = default;
  /// On the store's thread, inside a transaction. An error undoes what this operation wrote and nothing else.
  /// May be run a second time, after everything that the first run wrote was undone.
  virtual Expected<void> Run(Database& database) = 0;
  /// On the executor, after the transaction has committed (fsync included) or failed.
  virtual void Finish(Expected<void> outcome) = 0;
  /// Whether whoever asked has gone: then Run is skipped and Finish gets kCancelled. Any thread.
  virtual bool cancelled() const { return false; }
  /// What it holds, for the bound on a batch.
  virtual std::size_t bytes() const { return 0; }
};

struct Options {
  std::string path;  ///< The database file. Its directory is created (0700).
  bool fsync =
      true;  ///< `--durability=full`; false: an acknowledged write survives a killed process but not a power cut.
  std::size_t cache_bytes = limits::kCacheBytes;
  std::int64_t lock_wait_ms = limits::kLockWaitMs;
  /// Housekeeping (indexing, purging), in a transaction of its own on the store's thread: when nothing has been queued
  /// for limits::kIdleMs, after every limits::kMaintenanceEvery operations, and once at exit if this process has
  /// written. Must take no longer than some 20 ms; returns whether there is more to do.
  std::function<bool(Database&)> maintenance;
};

/// The project's durable state: one thread that writes in groups, one connection that reads, and a cache.
///
/// Construction returns at once; the database is opened on the store's thread. If that fails, every operation and read
/// answers with the reason and the process lives on; opening is tried again by the next operation.
/// All members but Submit belong to the executor's thread.
class Store {
 public:
  /// `clock` and `executor` must outlive the store.
  Store(Options options, const Clock& clock, Executor& executor);
  /// Commits what was submitted, checkpoints if the WAL is long, and closes. Operations not yet finished are finished
  /// here, on the calling thread.
  ~Store();

  /// Any thread. Operations take effect in the order in which they were submitted.
  void Submit(std::unique_ptr<Operation> operation);

  /// The connection for reads, inside a read transaction that lasts until EndRead. The first call waits for the
  /// database to be open; if it cannot be opened, the connection is one whose error() says why.
  /// Look at error() after use, and clear it.
  Database& Reader();
  /// Ends the read transaction: the next Reader() sees what was committed meanwhile. Cheap when there is none.
  void EndRead();

  Cache& cache();
  const std::string& path() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skep::store
