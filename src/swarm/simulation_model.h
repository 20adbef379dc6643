#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "skep/moment.h"
#include "store/database.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

namespace skep::swarm {

/// What a swarm's tasks must be, kept beside the database by rules as plain as can be: what the simulation judges the
/// scheduler by. It knows nothing of queues and topologies. It is told what each call was answered, and says what that
/// answer must have been; the first that is wrong is kept in `violation`.
///
/// REQUIRES: a fresh database, of which these are all the tasks and one swarm.
class Model {
 public:
  /// Tasks that were made, with the numbers of those that each needs.
  void Made(const Task& task, std::span<const std::int64_t> needs);

  /// Before each call that is to succeed: claims whose time is over end.
  void MoveDue(const Moment& now);

  /// A claim was answered with `task`: it must be ready, nobody's, and not done.
  void Claimed(std::int64_t agent, bool resumed, const Task& task, const Moment& now);
  /// A claim was answered with nothing.
  void NotClaimed(std::int64_t agent);
  /// Whether a report must be accepted.
  bool Accepts(std::int64_t agent, std::int64_t task, std::int64_t epoch, const Moment& now) const;
  /// Whether a task has succeeded under this epoch.
  bool HasSucceeded(std::int64_t task, std::int64_t epoch) const {
    return at(task).state == TaskState::kSucceeded && at(task).epoch == epoch;
  }
  /// Whether a claim's time is over.
  bool AnyDue(const Moment& now) const { return !Due(now).empty(); }
  void Succeeded(std::int64_t number);
  void Failed(std::int64_t number, const Moment& now);
  void Progressed(std::int64_t number, const Moment& now);
  void Cancelled(std::int64_t number);
  /// An agent's session ended.
  void Left(std::int64_t agent);

  /// What came of a task, as its owner has reported it.
  static std::string Result(std::int64_t task, std::int64_t agent, std::int64_t epoch);

  /// Compares one row with the model.
  void CheckTask(store::Database& database, std::int64_t number);
  /// Compares counts: how many tasks are in each state, what each agent holds and has before it. A scan.
  void CheckCounts(store::Database& database, const Swarm& swarm);
  /// Everything has ended, for a reason, and with the results that were acknowledged. A scan.
  void CheckEnd(store::Database& database);

  /// Nothing happens any more, and something has not ended.
  void Stuck(store::Database& database);

  void Violate(std::string text);
  const std::string& violation() const { return violation_; }

  std::int64_t unfinished() const { return made() - Count(TaskState::kSucceeded) - ended_badly(); }
  std::int64_t made() const { return static_cast<std::int64_t>(tasks_.size()); }
  std::int64_t Count(TaskState state) const { return counts_[static_cast<std::size_t>(state)]; }
  TaskState state(std::int64_t task) const { return tasks_[static_cast<std::size_t>(task - 1)].state; }

 private:
  struct Entry {
    TaskState state = TaskState::kBlocked;
    std::int64_t parent = 0;
    std::int64_t blockers = 0;
    std::int64_t subtasks = 0;
    std::int64_t owner = 0;
    std::int64_t epoch = 0;
    std::int64_t deadline = 0;
    std::int64_t attempts = 0;
    std::int64_t max_attempts = 1;
    std::int64_t stage = 0;
    std::int64_t stages = 1;
    std::int64_t not_before_ms = 0;
    std::vector<std::int64_t> needs;
    std::vector<std::int64_t> dependants;
    std::vector<std::int64_t> parts;
  };

  Entry& at(std::int64_t number) { return tasks_[static_cast<std::size_t>(number - 1)]; }
  const Entry& at(std::int64_t number) const { return tasks_[static_cast<std::size_t>(number - 1)]; }
  std::int64_t ended_badly() const { return Count(TaskState::kFailed) + Count(TaskState::kCancelled); }
  /// The claims that one call ends because their time is over.
  std::vector<std::int64_t> Due(const Moment& now) const;
  void Set(Entry& entry, TaskState state);
  /// Its owner comes off a task.
  void Free(std::int64_t number);
  /// To an end, with what follows for others.
  void End(std::int64_t first, TaskState with);

  std::vector<Entry> tasks_;  ///< By number, from 1.
  std::array<std::int64_t, Names(TaskState{}).size()> counts_{};
  std::unordered_map<std::int64_t, std::int64_t> held_;        ///< Agent → task.
  std::set<std::pair<std::int64_t, std::int64_t>> deadlines_;  ///< Of claims: (deadline, task).
  std::string violation_;
};

}  // namespace skep::swarm
