#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/database.h"
#include "swarm/swarm.h"

/// What an adaptive swarm does: it works as one of the other topologies, and changes over when what was measured says
/// that another suits better.
namespace skep::swarm {

/// What was measured of a swarm lately, and over how many tasks.
struct SwarmFigures {
  std::int64_t claimed = 0;   ///< Tasks over which the wait was measured.
  double wait_s = 0;          ///< Mean time from ready to claimed.
  std::int64_t finished = 0;  ///< Attempts over which failures were counted.
  double failure_rate = 0;    ///< 0 to 1.
  std::int64_t agents = 0;    ///< Alive.
  double utilisation =
      0;  ///< Share of their time that went into tasks, since the first of the newest ones was claimed.
  bool has_leads = false;  ///< Whether there is a hierarchy to work as.
};
SwarmFigures MeasureSwarm(store::Database& database, const Swarm& swarm, std::int64_t now_ms);

struct Change {
  Topology to;
  std::string reason;  ///< With the figures.
};
/// What the figures say of a swarm that works as `mode`; nothing: stay.
///
/// Many failures call for leads, who hear of each: hierarchical above 30 %, and back below 10 %. Work that waits while
/// agents are idle lies in the wrong queues: star. Agents that are all busy gain from queues of their own: mesh. What
/// makes it change over is never near what makes it change back.
std::optional<Change> JudgeTopology(Topology mode, const SwarmFigures& figures);

/// Looks at an adaptive swarm's figures, at most every kAdaptEveryMs, and changes it over if they say so; not twice
/// within kAdaptDwellMs. What changed and why is kept: see TopologyChanges.
void Adapt(store::Database& database, Swarm& swarm, std::int64_t now_ms);

struct TopologyChange {
  std::int64_t at_ms = 0;
  Topology from = Topology::kMesh;
  Topology to = Topology::kMesh;
  std::string reason;
};
/// The last ones, the newest first.
std::vector<TopologyChange> TopologyChanges(store::Database& database, const Swarm& swarm, std::int64_t limit);

}  // namespace skep::swarm
