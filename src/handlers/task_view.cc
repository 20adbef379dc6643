#include "handlers/task_view.h"

#include <fmt/format.h>

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

}  // namespace skep::handlers
