#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/histogram.h"
#include "store/database.h"

namespace skep::swarm {

/// The store as a simulation calls it: some hundred calls in a transaction, a checkpoint now and then; and with a
/// stopwatch, how long each call takes without those.
class SimulatedStore {
 public:
  SimulatedStore(store::Database& database, const Clock* stopwatch) : database_(database), stopwatch_(stopwatch) {}

  void Begin();
  void Commit();

  /// A call begins, which is measured until Answered.
  void Call();
  void Answered(Histogram& cost);
  /// Undoes a call that was refused, as the store does: between them it may have written.
  void Mark();
  void Keep();
  void Undo();

  std::int64_t calls() const { return calls_; }

 private:
  store::Database& database_;
  const Clock* stopwatch_;
  std::int64_t begun_ns_ = 0;
  std::int64_t calls_ = 0;
};

}  // namespace skep::swarm
