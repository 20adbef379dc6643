#pragma once

#include <cstdint>

#include "base/clock.h"
#include "skep/error.h"
#include "store/cache.h"
#include "store/database.h"
#include "store/wal_stamp.h"

namespace skep::store {

/// Write transactions on one connection, one after the other, and what each means for the cache. On the thread of that
/// connection, under the write lock.
class Transaction {
 public:
  /// REQUIRES: `database` and `cache` outlive it.
  /// `clock`: for how long commits take; null: that is not measured.
  Transaction(Database& database, Cache& cache, const Clock* clock = nullptr);

  /// kCorrupt when a newer skep has migrated the database since it was opened.
  Expected<void> Begin();
  /// Durable when it returns without an error, and undone when with one. Returns whether anything was written.
  /// REQUIRES: no error is pending in the database.
  Expected<bool> Commit();
  /// How long the Commit() after the last Begin() took, in ns.
  std::int64_t commit_ns() const { return commit_ns_; }
  /// Undoes everything since Begin. Also clears a pending error, and does nothing where SQLite has rolled back already.
  void Rollback();

 private:
  Database& database_;
  Cache& cache_;
  const Clock* const clock_;
  std::int64_t commit_ns_ = 0;
  WalIndex index_;
  Stamp before_;
  std::int64_t changes_before_ = 0;
};

/// The pending error, which is cleared, or nothing wrong.
Expected<void> TakeError(Database& database);

}  // namespace skep::store
