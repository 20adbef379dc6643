#pragma once

#include <cstdint>
#include <vector>

#include "skep/error.h"
#include "store/database.h"
#include "swarm/agent.h"
#include "swarm/swarm.h"

/// Who may write to whom, by the topology that is in force:
///
///   star          the hub and everyone: the oldest coordinator alive, or, where there is none, the oldest agent alive
///   hierarchical  a parent and its children
///   ring          neighbours among the agents alive, by age; the oldest follows the youngest
///   mesh          everyone and everyone
///
/// In a mesh and a hierarchy an agent that is offline can be written to: it reads when it is back.
namespace skep::swarm {

/// kConflict: not from this one to that one; the message names whom it may write to.
Expected<void> MayMessage(store::Database& database, const Swarm& swarm, const Agent& from, const Agent& to);

/// Who may be written to, by number, without those offline; at most `limit`.
std::vector<std::int64_t> Reachable(store::Database& database, const Swarm& swarm, const Agent& from,
                                    std::int64_t limit);

}  // namespace skep::swarm
