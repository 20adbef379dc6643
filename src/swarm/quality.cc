#include "swarm/quality.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/limits.h"
#include "swarm/attempts.h"
#include "swarm/finished_tasks.h"
#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// Histories that are read to say why tasks were claimed again: some milliseconds.
constexpr std::int64_t kHistories = 200;

constexpr Sql kReviewsOf{
    "SELECT t.id, t.state FROM task_dependencies AS d JOIN tasks AS t ON t.id = d.task JOIN agents AS a ON a.id = "
    "t.owner WHERE d.needed = ?1 AND a.type = 'reviewer' AND t.finished_ms > 0"};
constexpr Sql kReviewers{"SELECT id FROM agents WHERE swarm = ?1 AND type = 'reviewer'"};

bool Ended(const FinishedTask& task) {
  // Nobody has worked on one that has subtasks.
  return task.owner != 0 && (task.state == TaskState::kSucceeded || task.state == TaskState::kFailed);
}

SuccessRate CountSuccess(std::span<const FinishedTask> tasks) {
  SuccessRate rate;
  for (const FinishedTask& task : tasks) ++(task.state == TaskState::kSucceeded ? rate.succeeded : rate.failed);
  return rate;
}

Retries CountRetries(std::span<const FinishedTask> tasks) {
  Retries retries{.tasks = std::ssize(tasks)};
  for (const FinishedTask& task : tasks) {
    const std::int64_t again = std::max<std::int64_t>(task.attempts - 1, 0);
    if (again == 0) ++retries.at_first_attempt;
    retries.retries += again;
    retries.most_attempts = std::max(retries.most_attempts, task.attempts);
  }
  return retries;
}

std::int64_t ClaimsAgain(const FinishedTask& task) { return std::max<std::int64_t>(task.epoch - (task.stage + 1), 0); }

/// Adds what came before each claim but the first.
void ReadReasons(Database& database, std::int64_t task, Rework& to) {
  ++to.histories;
  std::int64_t* reason = nullptr;
  for (const TaskEvent& event : TaskHistory(database, task)) {
    if (event.event == "claimed") {
      if (reason != nullptr) ++*reason;
      reason = nullptr;
    } else if (event.event == "failed") {
      reason = &to.after_failure;
    } else if (event.event == "released") {
      reason = &to.after_release;
    } else if (event.event == "timed out") {
      reason = &to.after_time_out;
    } else if (event.event == "abandoned") {
      reason = &to.after_abandonment;
    }
  }
}

Rework CountRework(Database& database, std::span<const FinishedTask> tasks) {
  Rework rework{.tasks = std::ssize(tasks)};
  for (const FinishedTask& task : tasks) {
    const std::int64_t again = ClaimsAgain(task);
    rework.claims_again += again;
    if (again == 0) {
      ++rework.claimed_once;
    } else if (rework.histories < kHistories) {
      ReadReasons(database, task.number, rework);
    }
  }
  return rework;
}

/// How long somebody worked on a task with success: the last attempt, and in a ring one in each stage. Nothing when its
/// history does not go back so far.
std::optional<std::int64_t> WorkOn(Database& database, const FinishedTask& task) {
  if (task.stage == 0) return std::max<std::int64_t>(task.finished_ms - task.claimed_ms, 0);
  std::int64_t work_ms = 0;
  std::int64_t stages = 0;
  std::int64_t claimed_ms = 0;
  for (const TaskEvent& event : TaskHistory(database, task.number)) {
    if (event.event == "claimed") claimed_ms = event.at_ms;
    if (event.event != "succeeded" || claimed_ms == 0) continue;
    work_ms += std::max<std::int64_t>(event.at_ms - claimed_ms, 0);
    ++stages;
  }
  return stages == task.stage + 1 ? std::optional(work_ms) : std::nullopt;
}

std::optional<LeadTime> MeasureLeadTime(Database& database, std::span<const FinishedTask> tasks) {
  std::vector<std::int64_t> lead;
  std::vector<std::int64_t> wait;
  std::vector<std::int64_t> work;
  const auto length = [](std::int64_t from_ms, std::int64_t to_ms) {
    return std::max<std::int64_t>(to_ms - from_ms, 0);
  };
  std::int64_t histories = 0;
  for (const FinishedTask& task : tasks) {
    if (task.state != TaskState::kSucceeded) continue;
    if (task.stage > 0 && ++histories > kHistories) continue;
    const auto work_ms = WorkOn(database, task);
    if (!work_ms) continue;
    lead.push_back(length(task.created_ms, task.finished_ms));
    wait.push_back(length(task.ready_ms, task.claimed_ms));
    work.push_back(*work_ms);
  }
  if (lead.empty()) return std::nullopt;
  return LeadTime{.lead_ms = *SpreadOf(std::move(lead)),
                  .wait_ms = *SpreadOf(std::move(wait)),
                  .work_ms = *SpreadOf(std::move(work))};
}

void AddReview(TaskState state, Reviews& to) {
  if (state == TaskState::kSucceeded) ++to.passed;
  if (state == TaskState::kFailed) ++to.rejected;
}

std::optional<Reviews> IfAny(const Reviews& reviews) {
  return reviews.passed + reviews.rejected > 0 ? std::optional(reviews) : std::nullopt;
}

/// What of a swarm's reviews needs one of these tasks.
std::optional<Reviews> FindReviews(Database& database, const Swarm& swarm, std::span<const FinishedTask> finished,
                                   const std::unordered_set<std::int64_t>& of) {
  std::unordered_set<std::int64_t> reviewers;
  for (Cursor row = database.Query(kReviewers, swarm.number); row.Next();) reviewers.insert(row.Int(0));
  Reviews reviews;
  for (const FinishedTask& task : finished) {
    if (!reviewers.contains(task.owner)) continue;
    const auto is_of_these = [&](std::int64_t needed) { return of.contains(needed); };
    if (std::ranges::any_of(Dependencies(database, task.number), is_of_these)) AddReview(task.state, reviews);
  }
  return IfAny(reviews);
}

/// All but reviews. Of `tasks`, those that have ended are left.
Quality Assess(Database& database, std::vector<FinishedTask>& tasks) {
  Quality quality;
  quality.cancelled = std::ranges::count(tasks, TaskState::kCancelled, &FinishedTask::state);
  std::erase_if(tasks, [](const FinishedTask& task) { return !Ended(task); });
  quality.ended = std::ssize(tasks);
  if (tasks.empty()) return quality;
  quality.success_rate = CountSuccess(tasks);
  quality.retries = CountRetries(tasks);
  quality.rework = CountRework(database, tasks);
  quality.lead_time = MeasureLeadTime(database, tasks);
  return quality;
}

std::unordered_set<std::int64_t> NumbersOf(std::span<const FinishedTask> tasks) {
  std::unordered_set<std::int64_t> numbers;
  for (const FinishedTask& task : tasks) numbers.insert(task.number);
  return numbers;
}

FinishedTask ToFinished(const Task& task) {
  return {.number = task.number,
          .state = task.state,
          .owner = task.owner,
          .created_ms = task.created_ms,
          .ready_ms = task.ready_ms,
          .claimed_ms = task.claimed_ms,
          .finished_ms = task.finished_ms,
          .attempts = task.attempts,
          .epoch = task.epoch,
          .stage = task.stage};
}

/// What an agent did at one task.
struct OwnWork {
  std::int64_t tried = 0;
  std::int64_t retries = 0;
  std::int64_t again = 0;
};

void CountAgain(AttemptEnd end, Rework& to) {
  ++to.claims_again;
  if (end == AttemptEnd::kFailed) ++to.after_failure;
  if (end == AttemptEnd::kReleased) ++to.after_release;
  if (end == AttemptEnd::kTimedOut) ++to.after_time_out;
  if (end == AttemptEnd::kAbandoned) ++to.after_abandonment;
}

/// By an agent's own attempts: retries, rework and held time.
Quality Judge(std::span<const Attempt> attempts) {
  std::unordered_map<std::int64_t, OwnWork> tasks;
  std::unordered_set<std::int64_t> cancelled;
  Rework rework;
  HeldTime held;
  std::vector<std::int64_t> work;
  for (const Attempt& attempt : attempts) {
    if (attempt.end == AttemptEnd::kCancelled) cancelled.insert(attempt.task);
    if (attempt.end == AttemptEnd::kCancelled || attempt.end == AttemptEnd::kOpen) continue;
    OwnWork& own = tasks[attempt.task];
    if (attempt.tried()) ++own.tried;
    if (attempt.again) {
      ++own.again;
      if (attempt.tried()) ++own.retries;
      CountAgain(attempt.end, rework);
    }
    ++held.claims;
    held.held_ms += attempt.length_ms();
    if (attempt.end == AttemptEnd::kSucceeded) work.push_back(attempt.length_ms());
  }
  Quality quality{.ended = std::ssize(tasks), .cancelled = std::ssize(cancelled)};
  if (tasks.empty()) return quality;
  rework.tasks = std::ssize(tasks);
  Retries retries;
  for (const auto& [task, own] : tasks) {
    if (own.again == 0) ++rework.claimed_once;
    if (own.again > 0) ++rework.histories;
    if (own.tried == 0) continue;
    ++retries.tasks;
    if (own.retries == 0) ++retries.at_first_attempt;
    retries.retries += own.retries;
    retries.most_attempts = std::max(retries.most_attempts, own.tried);
  }
  quality.rework = rework;
  if (retries.tasks > 0) quality.retries = retries;
  held.succeeded_ms = std::accumulate(work.begin(), work.end(), std::int64_t{0});
  held.work_ms = SpreadOf(std::move(work));
  quality.held_time = held;
  return quality;
}

Score Ratio(std::int64_t part, std::int64_t whole) {
  return {.value = static_cast<double>(part) / static_cast<double>(whole), .of = whole};
}

}  // namespace

Quality AssessTask(Database& database, const Task& task) {
  std::vector<FinishedTask> tasks = {ToFinished(task)};
  for (const Task& part : Subtasks(database, task.number, limits::kMaxSubtasks)) tasks.push_back(ToFinished(part));
  std::unordered_set<std::int64_t> seen;
  Reviews reviews;
  for (const FinishedTask& each : tasks) {
    for (Cursor row = database.Query(kReviewsOf, each.number); row.Next();) {
      // A review may need several parts.
      if (seen.insert(row.Int(0)).second) AddReview(ReadEnum<TaskState>(database, row.Text(1)), reviews);
    }
  }
  Quality quality = Assess(database, tasks);
  quality.reviews = IfAny(reviews);
  return quality;
}

Quality AssessAgent(Database& database, const Swarm& swarm, const Agent& agent) {
  const Attempts read = ReadAttempts(database, agent.number);
  Quality quality = Judge(read.attempts);
  if (agent.created_ms <= read.since_ms) quality.claims_since_ms = read.since_ms;
  if (agent.succeeded + agent.failed > 0) {
    quality.success_rate = SuccessRate{.succeeded = agent.succeeded, .failed = agent.failed};
  }
  std::unordered_set<std::int64_t> done;
  for (const Attempt& attempt : read.attempts) {
    if (attempt.end == AttemptEnd::kSucceeded) done.insert(attempt.task);
  }
  const FinishedTasks all = NewestFinished(database, swarm);
  quality.older_tasks = all.older;
  quality.reviews = FindReviews(database, swarm, all.tasks, done);
  return quality;
}

Quality AssessSwarm(Database& database, const Swarm& swarm) {
  FinishedTasks all = NewestFinished(database, swarm);
  const std::unordered_set<std::int64_t> numbers = NumbersOf(all.tasks);
  const auto reviews = FindReviews(database, swarm, all.tasks, numbers);
  Quality quality = Assess(database, all.tasks);
  quality.older_tasks = all.older;
  quality.reviews = reviews;
  return quality;
}

std::optional<Score> ScoreOf(const Quality& quality, Criterion criterion) {
  switch (criterion) {
    case Criterion::kSuccessRate:
      if (const auto& rate = quality.success_rate) return Ratio(rate->succeeded, rate->succeeded + rate->failed);
      break;
    case Criterion::kRetries:
      if (const auto& retries = quality.retries) return Ratio(retries->at_first_attempt, retries->tasks);
      break;
    case Criterion::kRework:
      if (const auto& rework = quality.rework) return Ratio(rework->claimed_once, rework->tasks);
      break;
    case Criterion::kLeadTime:
      if (const auto& time = quality.lead_time; time && time->lead_ms.total > 0) {
        return Score{.value = Ratio(time->work_ms.total, time->lead_ms.total).value, .of = time->lead_ms.count};
      }
      if (const auto& time = quality.held_time; time && time->held_ms > 0) {
        return Score{.value = Ratio(time->succeeded_ms, time->held_ms).value, .of = time->claims};
      }
      break;
    case Criterion::kReviews:
      if (const auto& reviews = quality.reviews) return Ratio(reviews->passed, reviews->passed + reviews->rejected);
      break;
  }
  return std::nullopt;
}

std::optional<double> Combine(const Quality& quality, std::span<const Criterion> criteria) {
  double sum = 0;
  int count = 0;
  for (const Criterion criterion : criteria) {
    if (const auto score = ScoreOf(quality, criterion)) {
      sum += score->value;
      ++count;
    }
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

}  // namespace skep::swarm
