#include "store/transaction.h"

#include <cstdint>
#include <utility>

#include "store/schema.h"

namespace skep::store {
namespace {

constexpr Sql kBegin{"BEGIN IMMEDIATE"};
constexpr Sql kCommit{"COMMIT"};
constexpr Sql kRollback{"ROLLBACK"};

}  // namespace

Expected<void> TakeError(Database& database) {
  if (!database.error()) return {};
  Error error = *database.error();
  database.ClearError();
  return std::unexpected(std::move(error));
}

Transaction::Transaction(Database& database, Cache& cache, const Clock* clock)
    : database_(database), cache_(cache), clock_(clock), index_(database.handle()) {}

Expected<void> Transaction::Begin() {
  database_.touched().clear();
  database_.Execute(kBegin);
  if (const Expected<void> checked = CheckSchema(database_); !checked) {
    Error error = checked.error();
    Rollback();
    return std::unexpected(std::move(error));
  }
  // Under SQLite's own write lock by now, so that not even a foreign program can commit between here and Commit.
  before_ = index_.Read();
  commit_ns_ = 0;
  changes_before_ = database_.total_changes();
  return {};
}

Expected<bool> Transaction::Commit() {
  cache_.BeginCommit();
  const std::int64_t began_ns = clock_ == nullptr ? 0 : clock_->SteadyNs();
  database_.Execute(kCommit);
  commit_ns_ = clock_ == nullptr ? 0 : clock_->SteadyNs() - began_ns;
  if (database_.error()) {
    Error error = *database_.error();
    Rollback();
    cache_.EndCommit(before_, before_, {});
    return std::unexpected(std::move(error));
  }
  cache_.EndCommit(before_, index_.Read(), std::exchange(database_.touched(), {}));
  return database_.total_changes() != changes_before_;
}

void Transaction::Rollback() {
  database_.ClearError();
  if (database_.in_transaction()) database_.Execute(kRollback);
  database_.ClearError();
  database_.touched().clear();
}

}  // namespace skep::store
