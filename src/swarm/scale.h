#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "store/database.h"
#include "swarm/agent.h"
#include "swarm/swarm.h"

/// Growing and shrinking a swarm.
namespace skep::swarm {

enum class ScaleStrategy : int {
  kAdaptive,   ///< No further than the work there is calls for: one agent for each task that is ready or worked on.
  kGradual,    ///< Half of the way in one call.
  kImmediate,  ///< All of it.
};
constexpr std::array<std::string_view, 3> Names(ScaleStrategy) { return {"adaptive", "gradual", "immediate"}; }

struct Scaled {
  std::int64_t before = 0;  ///< Agents alive, those that are retiring not counted.
  std::int64_t after = 0;
  std::vector<Agent> spawned;
  std::vector<std::int64_t> retired;   ///< Were idle, and are offline now.
  std::vector<std::int64_t> retiring;  ///< Finish what they work on first.
  std::string note;                    ///< Why it is not `target` yet; empty: it is.
};

/// Brings the number of agents to, or towards, `target`. New ones are of the types that the swarm has, in their
/// proportions (in one without agents: of the types its strategy goes by); the newest idle ones leave first. They start
/// no processes: whoever acts as one becomes it. kConflict beyond max_agents.
Expected<Scaled> Scale(store::Database& database, const Swarm& swarm, std::int64_t target, ScaleStrategy strategy,
                       std::int64_t now_ms);

}  // namespace skep::swarm
