#pragma once

#include <memory>
#include <span>

#include "skep/error.h"
#include "store/database.h"
#include "store/operation.h"
#include "store/transaction.h"

namespace skep::store {

/// An operation on its way through the store, and what became of it.
struct Pending {
  std::unique_ptr<Operation> operation;
  Expected<void> outcome;
};

/// Runs operations in their order in one transaction, commits it, and sets the outcome of each. One that fails takes
/// back what it has written and nothing else; when the transaction itself fails, all of them fail with its error.
/// Returns whether anything was written. `transaction` is on `database`.
bool RunGroup(Database& database, Transaction& transaction, std::span<Pending> group);

}  // namespace skep::store
