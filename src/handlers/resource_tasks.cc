#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "handlers/completers.h"
#include "handlers/current_swarm.h"
#include "handlers/list_room.h"
#include "handlers/task_view.h"
#include "skep/resource.h"
#include "swarm/task.h"

// skep://tasks/{state} and skep://task/{id}

namespace skep::handlers {
namespace {

struct StateArgs {
  swarm::TaskState state = swarm::TaskState::kReady;

  static constexpr Field kFields[] = {
      Req<&StateArgs::state>("state"),
  };
};

struct TaskRows {
  std::optional<std::string> swarm_id;
  std::vector<TaskView> tasks;
  std::optional<std::int64_t> more;

  static constexpr Field kFields[] = {
      Opt<&TaskRows::swarm_id>("swarmId", "Absent: no swarm is active"),
      Req<&TaskRows::tasks>("tasks", "The oldest first"),
      Opt<&TaskRows::more>("more", "How many are not shown"),
  };
};

Expected<TaskRows> ReadTasks(const StateArgs& args, ToolContext& context) {
  store::Database& database = context.database();
  TaskRows list;
  const auto swarm = SwarmInView(context, std::nullopt);
  if (!swarm && swarm.error().code == ErrorCode::kNotFound) return list;
  if (!swarm) return std::unexpected(swarm.error());
  list.swarm_id = swarm->id();
  ListRoom room;
  for (const swarm::Task& task : swarm::ListTasks(database, *swarm, args.state, 0, limits::kMaxResourceRows).tasks) {
    TaskView view = View(task);
    if (!room.Take(view)) break;
    list.tasks.push_back(std::move(view));
  }
  const std::int64_t all = swarm::CountTasks(database, *swarm)[static_cast<std::size_t>(args.state)];
  if (all > std::ssize(list.tasks)) list.more = all - std::ssize(list.tasks);
  return list;
}

struct OneArgs {
  std::string_view id;

  static constexpr Field kFields[] = {
      Req<&OneArgs::id>("id", "A task's id"),
  };
};

struct OneTask {
  std::string swarm_id;
  TaskView task;
  std::optional<std::vector<std::string>> dependencies;
  std::optional<std::vector<TaskView>> subtasks;
  std::optional<std::int64_t> more;
  std::optional<UsageView> usage;
  std::vector<EventView> history;

  static constexpr Field kFields[] = {
      Req<&OneTask::swarm_id>("swarmId"),
      Req<&OneTask::task>("task"),
      Opt<&OneTask::dependencies>("dependencies"),
      Opt<&OneTask::subtasks>("subtasks"),
      Opt<&OneTask::more>("more", "How many of its subtasks are not shown"),
      Opt<&OneTask::usage>("usage", "As reported"),
      Req<&OneTask::history>("history", "The oldest first"),
  };
};

Expected<OneTask> ReadOneTask(const OneArgs& args, ToolContext& context) {
  const auto found = swarm::FindTask(context.database(), args.id);
  if (!found) return std::unexpected(found.error());
  TaskListing known = Details(*found, context.database());
  OneTask one{.swarm_id = std::move(known.swarm_id),
              .task = std::move(known.tasks.front()),
              .dependencies = std::move(known.dependencies),
              .subtasks = std::move(known.subtasks),
              .more = {},
              .usage = known.usage,
              .history = *std::move(known.history)};
  if (!one.subtasks) return one;
  ListRoom room;
  std::size_t shown = 0;
  while (shown < one.subtasks->size() && room.Take((*one.subtasks)[shown])) ++shown;
  if (const std::size_t more = one.subtasks->size() - shown; more > 0) one.more = static_cast<std::int64_t>(more);
  one.subtasks->resize(shown);
  return one;
}

constexpr Completer kCompleters[] = {{"id", OfferTasks}};

}  // namespace

extern const Resource kResourceTasks = MakeResource<ReadTasks>({
    .uri = "skep://tasks/{state}",
    .name = "tasks",
    .title = "Tasks in a state",
    .description =
        "The tasks of the current swarm, or else of the newest active one, that are blocked, ready, claimed, "
        "succeeded, failed or cancelled.",
});

extern const Resource kResourceTask = MakeResource<ReadOneTask>({
    .uri = "skep://task/{id}",
    .name = "task",
    .title = "Task",
    .description = "One task with what it needs, its subtasks and its history.",
    .completers = kCompleters,
});

}  // namespace skep::handlers
