#pragma once

#include <cstddef>
#include <memory>

#include "skep/error.h"
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
  /// After Finish: the store has done with it. Whoever overrides this may keep it and submit it again.
  virtual void Release(std::unique_ptr<Operation> self) { self.reset(); }
  /// Whether whoever asked has gone: then Run is skipped and Finish gets kCancelled. Any thread.
  virtual bool cancelled() const { return false; }
  /// What it holds, for the bound on a batch.
  virtual std::size_t bytes() const { return 0; }
};

}  // namespace skep::store
