#pragma once

#include <cstdint>
#include <vector>

#include "metrics/work_graph.h"
#include "store/database.h"
#include "swarm/swarm.h"

namespace skep::metrics {

/// How long the chain of tasks is that needed one another, against how long all of it took.
struct CriticalPath {
  struct Step {
    std::int64_t task = 0;      ///< Its number.
    std::int64_t begin_ms = 0;  ///< When it was first claimed.
    std::int64_t end_ms = 0;
    std::int64_t work_ms = 0;  ///< Of all its claims together.
  };

  std::int64_t chain_ms = 0;   ///< Of work, of the longest chain.
  std::int64_t tasks = 0;      ///< In it.
  std::int64_t actual_ms = 0;  ///< How long there was something to do.
  std::vector<Step> steps;     ///< Its tasks, in their order; what only consists of parts is not among them.
};

CriticalPath FindCriticalPath(const WorkGraph& graph);
/// Tasks among which the longest chain of a swarm is looked for, the newest: some 80 ms at 20 us each.
inline constexpr std::int64_t kChainTasks = 4'000;
/// Of a swarm, whenever that was.
CriticalPath FindCriticalPath(store::Database& database, const swarm::Swarm& swarm);

}  // namespace skep::metrics
