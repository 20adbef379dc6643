#include "handlers/task_view.h"

#include <fmt/format.h>

#include <utility>

#include "base/id.h"

namespace skep::handlers {

std::string AgentId(std::int64_t number) { return FormatId("ag", number); }

TaskCounts CountsOf(store::Database& database, const swarm::Swarm& swarm) {
  using swarm::TaskState;
  const auto counts = swarm::CountTasks(database, swarm);
  const auto of = [&](TaskState state) { return counts[static_cast<std::size_t>(state)]; };
  return {.blocked = of(TaskState::kBlocked),
          .ready = of(TaskState::kReady),
          .claimed = of(TaskState::kClaimed),
          .succeeded = of(TaskState::kSucceeded),
          .failed = of(TaskState::kFailed),
          .cancelled = of(TaskState::kCancelled)};
}

TaskView View(const swarm::Task& task) {
  using swarm::TaskState;
  TaskView view{.task_id = task.id(),
                .title = task.title,
                .state = task.state,
                .priority = task.priority,
                .note = task.note,
                .created_at = {task.created_ms}};
  if (!task.required.empty()) view.required = task.required;
  if (task.parent) view.parent = swarm::TaskId(*task.parent);
  if (task.owner != 0 && task.state != TaskState::kReady) view.owner = AgentId(task.owner);
  if (task.state == TaskState::kReady && task.queue != 0) view.queue = AgentId(task.queue);
  if (task.epoch != 0) view.epoch = task.epoch;
  if (task.attempts != 0) view.attempts = task.attempts;
  if (task.stages > 1) view.stage = fmt::format("{}/{}", task.stage + 1, task.stages);
  if (task.state == TaskState::kBlocked) view.blockers = task.blockers;
  if (task.not_before_ms != 0) view.not_before = Timestamp{task.not_before_ms};
  if (task.finished_ms != 0) view.finished_at = Timestamp{task.finished_ms};
  return view;
}

std::optional<UsageView> View(const swarm::Usage& usage) {
  if (!usage.input_tokens && !usage.output_tokens && !usage.cost_usd) return std::nullopt;
  return UsageView{
      .input_tokens = usage.input_tokens, .output_tokens = usage.output_tokens, .cost_usd = usage.cost_usd};
}

TaskListing Details(const swarm::Task& task, store::Database& database) {
  TaskListing result{.swarm_id = FormatId("sw", task.swarm), .usage = View(task.usage)};
  result.tasks.push_back(View(task));
  for (const std::int64_t needed : swarm::Dependencies(database, task.number)) {
    if (!result.dependencies) result.dependencies.emplace();
    result.dependencies->push_back(swarm::TaskId(needed));
  }
  if (task.subtasks > 0) {
    result.subtasks.emplace();
    for (const swarm::Task& part : swarm::Subtasks(database, task.number, limits::kMaxSubtasks)) {
      result.subtasks->push_back(View(part));
    }
  }
  result.history.emplace();
  for (swarm::TaskEvent& event : swarm::TaskHistory(database, task.number)) {
    EventView& view = result.history->emplace_back();
    view.at = {event.at_ms};
    view.event = std::move(event.event);
    if (event.agent != 0) view.agent = AgentId(event.agent);
    view.epoch = event.epoch;
    view.detail = std::move(event.detail);
  }
  return result;
}

}  // namespace skep::handlers
