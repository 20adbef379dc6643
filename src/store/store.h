#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/executor.h"
#include "skep/error.h"
#include "store/cache.h"
#include "store/database.h"
#include "store/operation.h"
#include "store/options.h"
#include "store/wal_stamp.h"

namespace skep::store {

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
  /// Look at error() after use, and clear it. End the read before going back to the executor.
  Database& Reader();
  /// Ends the read transaction: the next Reader() sees what was committed meanwhile. Cheap when there is none.
  void EndRead();
  /// The state that the database is in now, whoever has brought it there, in nanoseconds. Unknown until Reader() was
  /// called, and when it cannot be told.
  Stamp State() const;
  /// Operations that were submitted and not taken up yet.
  std::size_t queued() const;
  /// Whether Reader() would find the database open, and not wait.
  bool IsOpen() const;

  Cache& cache();
  const std::string& path() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skep::store
