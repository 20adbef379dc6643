#pragma once

#include <cstdint>

#include "metrics/contention.h"
#include "metrics/recorder.h"
#include "store/database.h"
#include "swarm/simulation.h"

namespace skep::metrics {

/// Measures a simulation as a server would measure itself, and writes that down in the simulation's database, on its
/// clock.
class SimulationMeter {
 public:
  /// Sets what `options` tells of calls and waits. Both must outlive the simulation, and it this.
  SimulationMeter(store::Database& database, swarm::SimulationOptions& options);
  SimulationMeter(const SimulationMeter&) = delete;
  SimulationMeter& operator=(const SimulationMeter&) = delete;

  /// After the simulation: writes what has not been written yet. In a write.
  void Finish();
  /// When the last call was. 0: there was none.
  std::int64_t last_ms() const { return last_ms_; }

 private:
  void MoveTo(std::int64_t at_ms);

  store::Database& database_;
  Recorder recorder_;
  Contention contention_;
  std::int64_t last_ms_ = 0;
};

}  // namespace skep::metrics
