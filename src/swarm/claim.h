#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "skep/error.h"
#include "skep/moment.h"
#include "store/database.h"
#include "swarm/agent.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

/// Getting work.
namespace skep::swarm {

struct Claim {
  std::optional<Task> task;
  bool resumed = false;    ///< The agent had claimed it before: an agent works on one task at a time.
  std::string why_not;     ///< Where there is none: why, and what to do.
  bool may_change = true;  ///< Whether waiting could bring one.
};

/// Gives an agent the most urgent ready task that it may have under the topology and is capable of; or the one of
/// number `wanted`. Atomic, as the transaction is: a task has one owner, who proves it with the task's epoch. Agents
/// that hold a task get that again, with its epoch: so an answer that was lost is no harm. Looks at a bounded number of
/// rows, however many tasks and agents there are.
Expected<Claim> ClaimTask(store::Database& database, const Swarm& swarm, const Agent& given,
                          std::optional<std::int64_t> wanted, const Moment& now);

}  // namespace skep::swarm
