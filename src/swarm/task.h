#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "skep/moment.h"
#include "store/database.h"
#include "swarm/swarm.h"

/// Tasks as rows: what they are, and looking them up. What may be done with them is in task_graph.h (making them),
/// claim.h (getting them) and task_update.h (finishing them).
namespace skep::swarm {

enum class Priority : int { kLow, kMedium, kHigh, kCritical };
constexpr std::array<std::string_view, 4> Names(Priority) { return {"low", "medium", "high", "critical"}; }

enum class TaskState : int { kBlocked, kReady, kClaimed, kSucceeded, kFailed, kCancelled };
constexpr std::array<std::string_view, 6> Names(TaskState) {
  return {"blocked", "ready", "claimed", "succeeded", "failed", "cancelled"};
}
constexpr bool IsFinished(TaskState state) { return state >= TaskState::kSucceeded; }

/// What an agent says that a task has cost it. Absent: it did not say.
struct Usage {
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<double> cost_usd;
};

struct Task {
  std::int64_t number = 0;  ///< Rises with age; as an id, see `id`.
  std::int64_t swarm = 0;
  std::optional<std::int64_t> parent;  ///< The task that it is a part of.
  std::string title;
  Priority priority = Priority::kMedium;
  std::string required;  ///< The capability that it takes; empty: none.
  TaskState state = TaskState::kBlocked;
  std::int64_t queue = 0;  ///< Of a ready task: the agent in whose queue it lies; 0: the swarm's own.
  std::int64_t not_before_ms = 0;
  std::int64_t blockers = 0;  ///< Tasks that have to succeed first (or, for one with subtasks, to end).
  std::int64_t subtasks = 0;  ///< Above 0: it is done when they are, and never claimed.
  std::int64_t stage = 0;     ///< In a ring: which of its `stages` it is in, from 0.
  std::int64_t stages = 1;
  std::int64_t owner = 0;     ///< The agent that works on it or was the last to; 0: none yet.
  std::int64_t epoch = 0;     ///< How often it was claimed: what proves to be its owner.
  std::int64_t deadline = 0;  ///< CLOCK_BOOTTIME ms until which a claim holds without a word from its owner.
  std::int64_t attempts = 0;
  std::int64_t max_attempts = 1;
  std::int64_t created_ms = 0;
  std::int64_t ready_ms = 0;  ///< When it became ready last; 0: never.
  std::int64_t claimed_ms = 0;
  std::int64_t finished_ms = 0;
  Usage usage;
  std::optional<std::string> note;  ///< The last that was said of it: progress, or why it failed.

  std::string id() const;  ///< "tk_000001"
};

std::string TaskId(std::int64_t number);

std::optional<Task> ReadTask(store::Database& database, std::int64_t number);
/// By id. kNotFound.
Expected<Task> FindTask(store::Database& database, std::string_view id);
/// What is to be done, in full.
std::string TaskBody(store::Database& database, std::int64_t number);
/// What came of it, if it has ended with something; in a ring: of its last stage.
std::optional<std::string> TaskResult(store::Database& database, std::int64_t number);

struct TaskPage {
  std::vector<Task> tasks;
  bool more = false;
};
/// A swarm's tasks by age, of one state or of any, after the one of number `after`.
TaskPage ListTasks(store::Database& database, const Swarm& swarm, std::optional<TaskState> state, std::int64_t after,
                   std::int64_t limit);
/// A swarm's tasks of a state, the newest first.
std::vector<Task> NewestTasks(store::Database& database, const Swarm& swarm, TaskState state, std::int64_t limit);
/// How many tasks a swarm has in each state.
std::array<std::int64_t, Names(TaskState{}).size()> CountTasks(store::Database& database, const Swarm& swarm);

std::vector<Task> Subtasks(store::Database& database, std::int64_t number, std::int64_t limit);
/// Tasks that this one needs.
std::vector<std::int64_t> Dependencies(store::Database& database, std::int64_t number);

/// One line of a task's history.
struct TaskEvent {
  std::int64_t at_ms = 0;
  std::int64_t agent = 0;  ///< 0: nobody in particular.
  std::string event;
  std::int64_t epoch = 0;
  std::optional<std::string> detail;
};
/// The newest limits::kMaxTaskEvents, the oldest of them first.
std::vector<TaskEvent> TaskHistory(store::Database& database, std::int64_t number);
/// Adds a line; lets go of the oldest beyond the bound.
void NoteEvent(store::Database& database, const Task& task, std::int64_t agent, std::string_view event,
               std::optional<std::string_view> detail, std::int64_t now_ms);

}  // namespace skep::swarm
