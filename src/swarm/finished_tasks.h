#pragma once

#include <cstdint>
#include <vector>

#include "base/limits.h"
#include "store/database.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

namespace skep::swarm {

/// What reports want of a task that has ended. In a ring the moments are of its last stage.
struct FinishedTask {
  std::int64_t number = 0;
  TaskState state = TaskState::kSucceeded;
  std::int64_t owner = 0;  ///< The last that worked on it; 0: nobody did (it was cancelled before, or had subtasks).
  std::int64_t created_ms = 0;
  std::int64_t ready_ms = 0;
  std::int64_t claimed_ms = 0;
  std::int64_t finished_ms = 0;
  std::int64_t attempts = 0;  ///< Failed ones, those that timed out included, and the last.
  std::int64_t epoch = 0;
  std::int64_t stage = 0;
};

struct FinishedTasks {
  std::vector<FinishedTask> tasks;  ///< The newest first.
  std::int64_t looked_at = 0;       ///< Of the whole project.
  bool older = false;               ///< There are older ones, which were not looked at.
};
/// Those of a swarm, and of one agent if it is not 0, among the newest limits::kReportedTasks of the project.
FinishedTasks NewestFinished(store::Database& database, const Swarm& swarm, std::int64_t owner = 0);

}  // namespace skep::swarm
