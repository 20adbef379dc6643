#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "skep/error.h"
#include "skep/moment.h"
#include "store/database.h"
#include "swarm/agent.h"
#include "swarm/simulation.h"
#include "swarm/simulation_model.h"

/// Who works in a simulation, and on what.
namespace skep::swarm {

/// A simulation's agents. Where a topology knows leads, or may come to, the first is the coordinator, the next ones
/// lead a team each; in small swarms all have the coordinator as lead. `session_of`: the session that agent i lives in.
Expected<std::vector<Agent>> SpawnCrew(store::Database& database, const Swarm& swarm, const SimulationOptions& options,
                                       const std::function<std::int64_t(std::size_t)>& session_of, const Moment& now);

/// Its tasks, one call after the other.
class Workload {
 public:
  explicit Workload(const SimulationOptions& options) : options_(options) {}

  /// Whether there are tasks to be made.
  bool more() const { return made_ < options_.tasks; }
  /// Makes one, or one of several parts, and tells the model.
  Expected<void> Make(store::Database& database, const Swarm& swarm, Model& model, const Moment& now);
  /// How long from this call to the next one, in µs.
  std::int64_t gap_us() const;
  /// How long a task takes an agent of speed 1.
  static double Seconds(const SimulationOptions& options, std::int64_t task);

 private:
  const SimulationOptions& options_;
  std::int64_t made_ = 0;
  std::int64_t last_ = 0;  ///< How many the last call made.
};

}  // namespace skep::swarm
