#include "swarm/task_update.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/id.h"
#include "base/limits.h"
#include "swarm/stored_enum.h"
#include "swarm/swarm.h"
#include "swarm/task_flow.h"
#include "swarm/usage.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kProgress{"UPDATE tasks SET deadline = ?2 WHERE id = ?1"};
constexpr Sql kSay{"UPDATE tasks SET note = ?2, input_tokens = ?3, output_tokens = ?4, cost_usd = ?5 WHERE id = ?1"};
constexpr Sql kSetResult{"UPDATE tasks SET result = ?2 WHERE id = ?1"};
/// A result that was acknowledged stays as it is.
constexpr Sql kAddResult{"UPDATE tasks SET result = ?2 WHERE id = ?1 AND result IS NULL"};
constexpr Sql kClientOf{
    "SELECT s.client, s.client_session FROM agents AS a, sessions AS s WHERE a.id = ?1 AND s.id = a.session"};
constexpr Sql kCountRelease{"UPDATE agents SET released = released + 1 WHERE id = ?1"};
constexpr Sql kNameOf{"SELECT name FROM agents WHERE id = ?1"};
constexpr Sql kReadyDependants{
    "SELECT count(*) FROM task_dependencies AS d, tasks AS t WHERE d.needed = ?1 AND t.id = d.task "
    "AND t.state = 'ready'"};

std::string Named(Database& database, std::int64_t agent) {
  Cursor row = database.Query(kNameOf, agent);
  if (!row.Next()) return FormatId("ag", agent);
  return fmt::format("{} ({})", FormatId("ag", agent), row.Text(0));
}

/// Why a report does not count.
std::unexpected<Error> Stale(Database& database, const Task& task, std::optional<std::int64_t> epoch) {
  const auto refuse = [](std::string text) { return Fail(ErrorCode::kConflict, std::move(text)); };
  if (!epoch) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("epoch is required: the one that task_claim gave with {}", task.id()));
  }
  if (IsFinished(task.state)) {
    return refuse(fmt::format("{} {} already (epoch {}): nothing more is wanted of it; claim other work", task.id(),
                              task.state == TaskState::kCancelled ? "was cancelled"
                              : task.state == TaskState::kFailed  ? "has failed"
                                                                  : "has succeeded",
                              task.epoch));
  }
  if (*epoch > task.epoch) {
    return refuse(fmt::format("{} has had no epoch {} yet, it is at {}: pass the one that task_claim gave", task.id(),
                              *epoch, task.epoch));
  }
  if (task.state == TaskState::kClaimed) {
    return refuse(
        fmt::format("epoch {} of {} is over: it is {}'s now, at epoch {}. Drop what you did for it, and claim "
                    "other work",
                    *epoch, task.id(), Named(database, task.owner), task.epoch));
  }
  return refuse(
      fmt::format("{} is nobody's at the moment (it is {}; the last epoch was {}): claim it, and report with "
                  "the epoch that you get",
                  task.id(), NameOf(task.state), task.epoch));
}

Expected<void> Check(const UpdateRequest& request) {
  if (request.result && request.report != Report::kSucceeded && request.report != Report::kFailed) {
    return Fail(ErrorCode::kInvalidArgument, "result is for state=succeeded or failed; say what is under way as note");
  }
  const Usage& usage = request.usage;
  if (usage.input_tokens > kMostTokens || usage.output_tokens > kMostTokens) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("usage: at most {} tokens can be meant", kMostTokens));
  }
  if (usage.cost_usd > kMostUsd) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("usage: at most {:.0f} USD can be meant", kMostUsd));
  }
  if (request.note && request.note->size() > limits::kMaxNote) {
    return Fail(ErrorCode::kTooLarge,
                fmt::format("a note may have {} bytes, this one has {}: the rest belongs into the "
                            "result or into memory",
                            limits::kMaxNote, request.note->size()));
  }
  if (request.result && request.result->size() > limits::kMaxResult) {
    return Fail(ErrorCode::kTooLarge, fmt::format("a result may have {} bytes, this one has {}: store it in parts with "
                                                  "memory_usage, and report the keys",
                                                  limits::kMaxResult, request.result->size()));
  }
  return {};
}

/// Of what was reported; stays at the most that there is.
template <class T>
std::optional<T> Sum(const std::optional<T>& a, const std::optional<T>& b) {
  if (!a || !b) return a ? a : b;
  return *a > std::numeric_limits<T>::max() - *b ? std::numeric_limits<T>::max() : *a + *b;
}

/// `agent`: whose report it is; 0: nobody's in particular.
void NoteUsageOf(Database& database, const Task& task, std::int64_t agent, const Usage& usage, std::int64_t now_ms) {
  UsageRecord record{
      .at_ms = now_ms,
      .source = UsageSource::kTask,
      .request_id = {},
      .swarm = task.swarm,
      .agent = agent,
      .task = task.number,
      .operation = "task",
      .figures = {
          .input_tokens = usage.input_tokens, .output_tokens = usage.output_tokens, .cost_usd = usage.cost_usd}};
  if (Cursor row = database.Query(kClientOf, agent); row.Next()) {
    record.client = row.Text(0);
    record.client_session = row.Text(1);
  }
  NoteUsage(database, record);
}

/// Notes what was said beside the state, by an agent or (0) by nobody in particular.
void Say(Database& database, Task& task, std::int64_t agent, const UpdateRequest& request, std::int64_t now_ms) {
  const Usage& usage = request.usage;
  // The note of a step on the way is no word on how it ended.
  const bool changes_note = request.note || (request.report != Report::kProgress && task.note);
  if (changes_note) task.note = request.note ? std::optional(std::string(*request.note)) : std::nullopt;
  const bool used = usage.input_tokens || usage.output_tokens || usage.cost_usd;
  if (changes_note || used) {
    task.usage = {.input_tokens = Sum(task.usage.input_tokens, usage.input_tokens),
                  .output_tokens = Sum(task.usage.output_tokens, usage.output_tokens),
                  .cost_usd = Sum(task.usage.cost_usd, usage.cost_usd)};
    database.Execute(kSay, task.number, task.note, task.usage.input_tokens, task.usage.output_tokens,
                     task.usage.cost_usd);
  }
  if (used) NoteUsageOf(database, task, agent, usage, now_ms);
  if (request.result) database.Execute(kSetResult, task.number, *request.result);
}

/// Its owner reports its success once more: because the answer was lost, or to add the result.
bool SaysTheSameAgain(const UpdateRequest& request, const Task& task) {
  return task.state == TaskState::kSucceeded && request.report == Report::kSucceeded && request.epoch == task.epoch;
}

}  // namespace

Expected<Updated> UpdateTask(Database& database, const UpdateRequest& request, const Moment& now) {
  if (auto good = Check(request); !good) return std::unexpected(std::move(good.error()));
  MoveDueTasks(database, now);
  auto task = ReadTask(database, request.task);
  if (database.error()) return std::unexpected(*database.error());
  if (!task) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("there is no task {}: task_status lists those there are", TaskId(request.task)));
  }
  const auto swarm = FindSwarm(database, FormatId("sw", task->swarm));
  if (!swarm) return std::unexpected(swarm.error());

  Updated updated;
  if (request.report == Report::kCancelled) {
    if (IsFinished(task->state)) return Stale(database, *task, task->epoch);
    Say(database, *task, 0, request, now.wall_ms);
    NoteEvent(database, *task, 0, "cancelled", request.note, now.wall_ms);
    MakeFinished(database, *swarm, *task, TaskState::kCancelled, now);
  } else {
    if (SaysTheSameAgain(request, *task)) {
      if (request.result) database.Execute(kAddResult, task->number, *request.result);
      if (database.error()) return std::unexpected(*database.error());
      updated.task = *std::move(task);
      return updated;
    }
    if (task->state != TaskState::kClaimed || request.epoch != task->epoch) {
      return Stale(database, *task, request.epoch);
    }
    const std::int64_t owner = task->owner;
    Say(database, *task, owner, request, now.wall_ms);
    NoteEvent(database, *task, owner, NameOf(request.report), request.note, now.wall_ms);
    switch (request.report) {
      case Report::kProgress:
        task->deadline = now.boot_ms + limits::kClaimMs;
        database.Execute(kProgress, task->number, task->deadline);
        break;
      case Report::kSucceeded:
        if (MakeFinished(database, *swarm, *task, TaskState::kSucceeded, now)) {
          if (Cursor row = database.Query(kReadyDependants, task->number); row.Next()) updated.now_ready = row.Int(0);
        } else {
          updated.now_ready = 1;
        }
        break;
      case Report::kFailed:
        if (task->attempts < task->max_attempts) {
          GiveBack(database, *swarm, *task, Outcome::kFailed, now);
        } else {
          MakeFinished(database, *swarm, *task, TaskState::kFailed, now);
        }
        break;
      default:
        database.Execute(kCountRelease, owner);
        GiveBack(database, *swarm, *task, Outcome::kNeither, now);
        break;
    }
  }
  if (database.error()) return std::unexpected(*database.error());
  updated.task = *std::move(task);
  return updated;
}

}  // namespace skep::swarm
