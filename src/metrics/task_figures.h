#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/distribution.h"
#include "store/database.h"
#include "swarm/swarm.h"

namespace skep::metrics {

/// Tasks that have ended in some period. Durations are in ms, and of a task's last attempt: the one that ended it.
struct TaskFigures {
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
  std::int64_t retried = 0;  ///< Of those succeeded or failed: with more than one attempt.
  /// Attempts that failed or timed out in the period, whether or not their task has ended, and whoever ended it.
  std::int64_t failed_attempts = 0;
  Distribution lead;         ///< From when it was made until it succeeded.
  Distribution queue;        ///< From when it became ready last until it was claimed.
  Distribution work;         ///< From its claim until its end.
  std::int64_t busy_ms = 0;  ///< How long at least one of them was being worked on.
  std::int64_t span_ms = 0;  ///< From the first claim to the last end.

  std::int64_t ended() const { return succeeded + failed + cancelled; }
  /// Share of those that succeeded or failed. Nothing when none did.
  std::optional<double> success_rate() const;
  /// Work done in the time in which any was: 1 is one after the other. Nothing when none was.
  std::optional<double> speed_up() const;
};

/// Those with something in common: an agent, a type of agents, a capability, a topology.
struct TaskGroup {
  std::string name;
  std::string called;  ///< Of an agent: its name.
  TaskFigures figures;
};

struct TaskReport {
  TaskFigures all;
  std::vector<TaskGroup> agents;  ///< Ids, those who worked longest first. Their tasks are those they worked on last.
  std::vector<TaskGroup> types;
  std::vector<TaskGroup> capabilities;  ///< "": of tasks that need none.
  std::vector<TaskGroup> topologies;    ///< Of their swarms, as they are now.
  std::int64_t looked_at = 0;
  /// There are more, which ended before this moment; 0: there are none.
  std::int64_t since_ms = 0;
  bool more_failed_attempts = false;  ///< Only the newest kCountedFailures were counted.
};

/// How many tasks ended in a period: of the newest so many.
struct EndedTasks {
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  bool more = false;  ///< There are more than were counted.
};
EndedTasks CountEnded(store::Database& database, const std::optional<swarm::Swarm>& swarm, std::int64_t from_ms,
                      std::int64_t to_ms, std::int64_t limit);

/// Failed attempts that a report counts, the newest: some 10 ms.
inline constexpr std::int64_t kCountedFailures = 5000;

/// Tasks that have ended in [from_ms, to_ms), of one swarm or of all; the newest `limit`.
TaskReport ReportTasks(store::Database& database, const std::optional<swarm::Swarm>& swarm, std::int64_t from_ms,
                       std::int64_t to_ms, std::int64_t limit);

}  // namespace skep::metrics
