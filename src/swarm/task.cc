#include "swarm/task.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "swarm/snippet.h"
#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr std::string_view kIdPrefix = "tk";
/// Bytes of an id that an error repeats.
constexpr std::size_t kShown = 100;

constexpr Sql kTask{
    "SELECT swarm, parent, title, priority, requires, state, queue, not_before_ms, blockers, subtasks, stage, stages, "
    "owner, epoch, deadline, attempts, max_attempts, created_ms, ready_ms, claimed_ms, finished_ms, input_tokens, "
    "output_tokens, cost_usd, note FROM tasks WHERE id = ?1"};
constexpr Sql kBody{"SELECT body FROM tasks WHERE id = ?1"};
constexpr Sql kResult{"SELECT result FROM tasks WHERE id = ?1"};
constexpr Sql kPage{"SELECT id FROM tasks WHERE +swarm = ?1 AND id > ?2 ORDER BY id LIMIT ?3"};
constexpr Sql kPageOfState{"SELECT id FROM tasks WHERE swarm = ?1 AND state = ?4 AND id > ?2 ORDER BY id LIMIT ?3"};
constexpr Sql kNewest{"SELECT id FROM tasks WHERE swarm = ?1 AND state = ?2 ORDER BY id DESC LIMIT ?3"};
constexpr Sql kCounts{"SELECT state, count(*) FROM tasks WHERE swarm = ?1 GROUP BY state"};
constexpr Sql kSubtasks{"SELECT id FROM tasks WHERE parent = ?1 ORDER BY id LIMIT ?2"};
constexpr Sql kDependencies{"SELECT needed FROM task_dependencies WHERE task = ?1 ORDER BY needed"};
constexpr Sql kHistory{
    "SELECT at_ms, agent, event, epoch, detail FROM (SELECT * FROM task_events WHERE task = ?1 ORDER BY id DESC "
    "LIMIT ?2) ORDER BY id"};
constexpr Sql kInsertEvent{
    "INSERT INTO task_events (task, at_ms, agent, event, epoch, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"};
constexpr Sql kCountEvents{"SELECT count(*) FROM task_events WHERE task = ?1"};
constexpr Sql kDropEvents{
    "DELETE FROM task_events WHERE id IN (SELECT id FROM task_events WHERE task = ?1 ORDER BY id LIMIT ?2)"};

std::vector<Task> ReadAll(Database& database, Cursor ids) {
  std::vector<Task> tasks;
  while (ids.Next()) {
    if (auto task = ReadTask(database, ids.Int(0))) tasks.push_back(*std::move(task));
  }
  return tasks;
}

std::optional<std::string> OptString(const Cursor& row, int column) {
  const auto text = row.OptText(column);
  if (!text) return std::nullopt;
  return std::string(*text);
}

}  // namespace

std::string TaskId(std::int64_t number) { return FormatId(kIdPrefix, number); }
std::string Task::id() const { return TaskId(number); }

std::optional<Task> ReadTask(Database& database, std::int64_t number) {
  Cursor row = database.Query(kTask, number);
  if (!row.Next()) return std::nullopt;
  Task task{.number = number,
            .swarm = row.Int(0),
            .parent = row.OptInt(1),
            .title = std::string(row.Text(2)),
            .priority = static_cast<Priority>(std::clamp<std::int64_t>(row.Int(3), 0, 3)),
            .required = std::string(row.Text(4)),
            .state = ReadEnum<TaskState>(database, row.Text(5)),
            .queue = row.Int(6),
            .not_before_ms = row.Int(7),
            .blockers = row.Int(8),
            .subtasks = row.Int(9),
            .stage = row.Int(10),
            .stages = row.Int(11),
            .owner = row.Int(12),
            .epoch = row.Int(13),
            .deadline = row.Int(14),
            .attempts = row.Int(15),
            .max_attempts = row.Int(16),
            .created_ms = row.Int(17),
            .ready_ms = row.Int(18),
            .claimed_ms = row.Int(19),
            .finished_ms = row.Int(20),
            .usage = {.input_tokens = row.OptInt(21), .output_tokens = row.OptInt(22), .cost_usd = {}},
            .note = OptString(row, 24)};
  if (!row.IsNull(23)) task.usage.cost_usd = row.Real(23);
  return task;
}

Expected<Task> FindTask(Database& database, std::string_view id) {
  const auto number = ParseId(kIdPrefix, id);
  auto task = number ? ReadTask(database, *number) : std::nullopt;
  if (database.error()) return std::unexpected(*database.error());
  if (!task) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("there is no task \"{}\": task_status lists those there are", Printable(id, kShown)));
  }
  return *std::move(task);
}

std::string TaskBody(Database& database, std::int64_t number) {
  Cursor row = database.Query(kBody, number);
  return row.Next() ? std::string(row.Text(0)) : std::string();
}

std::optional<std::string> TaskResult(Database& database, std::int64_t number) {
  Cursor row = database.Query(kResult, number);
  if (!row.Next()) return std::nullopt;
  return OptString(row, 0);
}

TaskPage ListTasks(Database& database, const Swarm& swarm, std::optional<TaskState> state, std::int64_t after,
                   std::int64_t limit) {
  TaskPage page;
  page.tasks = ReadAll(database, state ? database.Query(kPageOfState, swarm.number, after, limit + 1, NameOf(*state))
                                       : database.Query(kPage, swarm.number, after, limit + 1));
  page.more = std::ssize(page.tasks) > limit;
  if (page.more) page.tasks.pop_back();
  return page;
}

std::vector<Task> NewestTasks(Database& database, const Swarm& swarm, TaskState state, std::int64_t limit) {
  return ReadAll(database, database.Query(kNewest, swarm.number, NameOf(state), limit));
}

std::array<std::int64_t, Names(TaskState{}).size()> CountTasks(Database& database, const Swarm& swarm) {
  std::array<std::int64_t, Names(TaskState{}).size()> counts{};
  for (Cursor row = database.Query(kCounts, swarm.number); row.Next();) {
    counts[static_cast<std::size_t>(ReadEnum<TaskState>(database, row.Text(0)))] += row.Int(1);
  }
  return counts;
}

std::vector<Task> Subtasks(Database& database, std::int64_t number, std::int64_t limit) {
  return ReadAll(database, database.Query(kSubtasks, number, limit));
}

std::vector<std::int64_t> Dependencies(Database& database, std::int64_t number) {
  std::vector<std::int64_t> needed;
  for (Cursor row = database.Query(kDependencies, number); row.Next();) needed.push_back(row.Int(0));
  return needed;
}

std::vector<TaskEvent> TaskHistory(Database& database, std::int64_t number) {
  std::vector<TaskEvent> events;
  for (Cursor row = database.Query(kHistory, number, limits::kMaxTaskEvents); row.Next();) {
    events.push_back({.at_ms = row.Int(0),
                      .agent = row.Int(1),
                      .event = std::string(row.Text(2)),
                      .epoch = row.Int(3),
                      .detail = OptString(row, 4)});
  }
  return events;
}

void NoteEvent(Database& database, const Task& task, std::int64_t agent, std::string_view event,
               std::optional<std::string_view> detail, std::int64_t now_ms) {
  if (detail) detail = CutAtCharacter(*detail, limits::kMaxEventDetail);
  database.Execute(kInsertEvent, task.number, now_ms, agent, event, task.epoch, detail);
  // Few tasks have a long history, and only those are counted.
  if (task.epoch < limits::kMaxTaskEvents / 4 && event != "progress") return;
  std::int64_t count = 0;
  if (Cursor row = database.Query(kCountEvents, task.number); row.Next()) count = row.Int(0);
  if (count > limits::kMaxTaskEvents) database.Execute(kDropEvents, task.number, count - limits::kMaxTaskEvents);
}

}  // namespace skep::swarm
