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
#include "swarm/usage.h"

/// What each agent has done, from the rows that there are.
namespace skep::swarm {

struct AgentFigures {
  Agent agent;
  // Since it was spawned. Absent: it is older than the count.
  std::optional<std::int64_t> claims;
  std::optional<std::int64_t> released;       ///< Claims that it gave back.
  std::optional<std::int64_t> timed_out;      ///< Claims of which it said no word in time; they count as failed too.
  std::optional<std::int64_t> abandoned;      ///< Claims that it held when it went offline.
  std::optional<std::int64_t> messages_sent;  ///< One to many counts once.
  /// On attempts that succeeded, failed or timed out, and on the one under way. Since it was spawned.
  std::int64_t busy_ms = 0;
  /// From when it was spawned until now, or until it went offline; pauses between are part of it. Absent: when it went
  /// offline was not noted.
  std::optional<std::int64_t> there_ms;
  /// From its first claim to the last end of one, or until now while it works. Absent: it has claimed nothing.
  std::optional<std::int64_t> span_ms;
  std::int64_t busy_in_span_ms = 0;   ///< As busy_ms.
  std::optional<Spread> attempts_ms;  ///< Of its attempts that succeeded, failed or timed out: from claimed to ended.
  /// Of tasks that ended and that it was the last to work on, among those looked at.
  std::int64_t tasks = 0;
  std::optional<Spread> queue_wait_ms;  ///< From ready to claimed, of these.
  UsageSum usage;                       ///< Of all records there are that are its own: see usage.h.
  std::int64_t unread = 0;
  std::int64_t leases = 0;  ///< In force.

  std::optional<double> success_rate() const;
  /// Of the time since it was spawned.
  std::optional<double> busy_share() const;
  /// Of the time between its first claim and the last end.
  std::optional<double> busy_share_of_span() const;
};

struct MeasuredAgents {
  std::vector<AgentFigures> agents;
  std::int64_t tasks_looked_at = 0;  ///< Finished ones of the project, the newest.
  bool older_tasks = false;          ///< There are others.
  /// Of some of these agents, claims before this moment were not looked at for attempts and spans; 0: of none.
  std::int64_t attempts_since_ms = 0;
};
/// Of these agents, which are of that swarm.
MeasuredAgents MeasureAgents(store::Database& database, const Swarm& swarm, std::vector<Agent> agents,
                             const Moment& now);

}  // namespace skep::swarm
