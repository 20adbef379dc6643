#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "skep/moment.h"
#include "store/database.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

/// Making tasks: one, or one with parts that depend on one another.
namespace skep::swarm {

/// How the parts of a task are wired together.
enum class Orchestration : int {
  kParallel,    ///< No edges but those that were given.
  kSequential,  ///< Each part needs the one before it.
  kAdaptive,    ///< One of the others, chosen from what was measured.
  kBalanced,    ///< As parallel, and what can begin is dealt out to the agents with the least to do.
};
constexpr std::array<std::string_view, 4> Names(Orchestration) {
  return {"parallel", "sequential", "adaptive", "balanced"};
}

struct TaskRequest {
  std::string_view title;
  std::string_view body;
  Priority priority = Priority::kMedium;
  std::string_view required;  ///< A capability; empty: none.
  /// Ids of tasks of the same swarm; in a part also titles of other parts of the same call, or their places ("1").
  std::span<const std::string_view> dependencies;
  std::int64_t max_attempts = 3;
};

struct Orchestrated {
  Task task;
  std::vector<Task> parts;
  Orchestration chosen = Orchestration::kParallel;
  std::string because;  ///< Why, in figures, where it was left to us.
};

/// Makes a task, whose parts, if it has any, are tasks of their own: it is done when they are, and is itself never
/// claimed. kInvalidArgument for a cycle, with its path; kNotFound for a dependency; kConflict for a swarm that is
/// destroyed or full, or a dependency that can no longer succeed.
Expected<Orchestrated> Orchestrate(store::Database& database, const Swarm& swarm, const TaskRequest& request,
                                   std::span<const TaskRequest> parts, Orchestration strategy, const Moment& now);

/// A task that was dealt out, and why to this agent.
struct Assigned {
  Task task;
  std::int64_t agent = 0;  ///< 0: none is capable of it; it waits in the swarm's queue.
  std::string because;
};
/// Makes tasks and deals them out among the agents that are capable of them: each to the one who would be done with it
/// first, by what lies in its queue and how fast it was so far. An agent of which nothing was measured counts as the
/// average of those of which something was.
Expected<std::vector<Assigned>> DealOut(store::Database& database, const Swarm& swarm,
                                        std::span<const TaskRequest> requests, const Moment& now);

}  // namespace skep::swarm
