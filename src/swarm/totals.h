#pragma once

#include <array>
#include <cstdint>

#include "skep/moment.h"
#include "store/database.h"
#include "swarm/agent.h"
#include "swarm/lease.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

namespace skep::swarm {

/// How much of everything a project has, over all its swarms, as of a moment.
struct ProjectTotals {
  std::array<std::int64_t, Names(SwarmStatus{}).size()> swarms{};
  std::array<std::int64_t, Names(AgentState{}).size()> agents{};
  std::array<std::int64_t, Names(TaskState{}).size()> tasks{};
  std::array<std::int64_t, Names(LeaseMode{}).size()> leases{};  ///< In force.
  std::int64_t sessions = 0;                                     ///< Open ones that act as agents.
  std::int64_t messages = 0;                                     ///< In inboxes.
  std::int64_t unread = 0;                                       ///< Of these.
};
ProjectTotals TotalUp(store::Database& database, const Moment& now);

}  // namespace skep::swarm
