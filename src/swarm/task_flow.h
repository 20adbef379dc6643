#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "skep/moment.h"
#include "store/database.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

/// The moves of a task from state to state, with all that follows from each: for queues, for the agent, for the tasks
/// that wait for it. Whoever calls them has judged that the move may be made. In a write transaction; `task` is what
/// the database has, and is kept so.
namespace skep::swarm {

/// Into a queue: `queue`, or, when there is none given, the one that the topology says.
void MakeReady(store::Database& database, const Swarm& swarm, Task& task, std::int64_t now_ms,
               std::optional<std::int64_t> queue = {});

/// To an agent, under a new epoch.
void MakeClaimed(store::Database& database, Task& task, std::int64_t agent, const Moment& now);

/// How an agent comes off a task, for its record.
enum class Outcome : int {
  kSucceeded,
  kFailed,
  kNeither,  ///< Given back, cancelled under its hands, or its session ended.
};

/// How long a task waits for its next attempt, after so many that have failed.
std::int64_t BackoffMs(std::int64_t attempts);

/// From its owner back to being ready, after the wait that the number of failed attempts calls for (kFailed), or at
/// once and as if it had not been attempted (kNeither).
void GiveBack(store::Database& database, const Swarm& swarm, Task& task, Outcome outcome, const Moment& now);

/// To an end. What needed it becomes ready, or, when it has not succeeded, is cancelled; a task that it is a part of
/// ends with its last part; in a ring it goes to the next stage instead, until the last. Returns whether it has ended.
bool MakeFinished(store::Database& database, const Swarm& swarm, Task& task, TaskState end, const Moment& now);

/// Gives back what an agent that goes offline works on, and finds others for what lies in its queue.
void ReleaseAgent(store::Database& database, std::int64_t agent, const Moment& now);

/// Takes agents offline: their places and leases are free for others, and what they held is given back. Nothing for
/// those who are offline.
void TakeOffline(store::Database& database, std::span<const std::int64_t> agents, const Moment& now);

/// Gives back claims whose time is over, and puts tasks whose next attempt is due into their queues: a bounded number
/// in one call. Costs two look-ups when there is nothing to do. Returns whether there was.
bool MoveDueTasks(store::Database& database, const Moment& now);

/// Puts every ready task of a swarm into the queue that its topology says now. For when that has changed.
void RouteAnew(store::Database& database, const Swarm& swarm);

}  // namespace skep::swarm
