#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "skep/moment.h"
#include "store/database.h"
#include "swarm/agent.h"
#include "swarm/spread.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

/// What each agent has done, from the rows that there are.
namespace skep::swarm {

/// What was reported of tasks' cost: sums, and over how many tasks each is. Absent: nobody reported it.
struct ReportedUsage {
  Usage sum;
  std::int64_t with_input_tokens = 0;
  std::int64_t with_output_tokens = 0;
  std::int64_t with_cost_usd = 0;
};

struct AgentFigures {
  Agent agent;
  // Since it was spawned. Absent: it is older than the count.
  std::optional<std::int64_t> claims;
  std::optional<std::int64_t> released;       ///< Claims that it gave back.
  std::optional<std::int64_t> timed_out;      ///< Claims of which it said no word in time; they count as failed too.
  std::optional<std::int64_t> abandoned;      ///< Claims that it held when it went offline.
  std::optional<std::int64_t> messages_sent;  ///< One to many counts once.
  /// On attempts that succeeded or failed, and on the one under way.
  std::int64_t busy_ms = 0;
  /// From when it was spawned until now, or until it went offline; pauses between are part of it. Absent: when it went
  /// offline was not noted.
  std::optional<std::int64_t> there_ms;
  /// Of tasks that ended and that it was the last to work on, among those looked at.
  std::int64_t tasks = 0;
  std::optional<Spread> queue_wait_ms;  ///< From ready to claimed.
  std::optional<Spread> work_ms;        ///< From claimed to ended.
  ReportedUsage usage;
  std::int64_t unread = 0;
  std::int64_t leases = 0;  ///< In force.

  std::optional<double> success_rate() const;
  std::optional<double> utilisation() const;
};

struct MeasuredAgents {
  std::vector<AgentFigures> agents;
  std::int64_t tasks_looked_at = 0;  ///< Finished ones of the project, the newest.
  bool older_tasks = false;          ///< There are others.
};
/// Of these agents, which are of that swarm.
MeasuredAgents MeasureAgents(store::Database& database, const Swarm& swarm, std::vector<Agent> agents,
                             const Moment& now);

}  // namespace skep::swarm
