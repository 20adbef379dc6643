#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "handlers/current_swarm.h"
#include "handlers/task_view.h"
#include "skep/tool.h"
#include "swarm/task.h"

namespace skep::handlers {
namespace {

struct Args {
  std::optional<std::string_view> task_id;
  std::optional<std::string_view> swarm_id;
  std::optional<swarm::TaskState> state;
  std::int64_t limit = 50;
  std::string_view cursor;

  static constexpr Field kFields[] = {
      Opt<&Args::task_id>("taskId", "Only this one, with its history"),
      Opt<&Args::swarm_id>("swarmId"),
      Opt<&Args::state>("state"),
      Opt<&Args::limit>("limit", {}, {1, limits::kMaxPage}),
      Opt<&Args::cursor>("cursor"),
  };
};

struct EventView {
  Timestamp at;
  std::string event;
  std::optional<std::string> agent;
  std::int64_t epoch = 0;
  std::optional<std::string> detail;

  static constexpr Field kFields[] = {
      Req<&EventView::at>("at"),       Req<&EventView::event>("event"),   Opt<&EventView::agent>("agent"),
      Req<&EventView::epoch>("epoch"), Opt<&EventView::detail>("detail"),
  };
};

struct Result {
  std::string swarm_id;
  std::optional<TaskCounts> counts;
  std::vector<TaskView> tasks;
  std::optional<std::string> cursor;
  std::optional<std::vector<std::string>> dependencies;
  std::optional<std::vector<TaskView>> subtasks;
  std::optional<UsageView> usage;
  std::optional<std::vector<EventView>> history;

  static constexpr Field kFields[] = {
      Req<&Result::swarm_id>("swarmId"),
      Opt<&Result::counts>("counts", "Of the whole swarm"),
      Req<&Result::tasks>("tasks"),
      Opt<&Result::cursor>("cursor", "There are more"),
      Opt<&Result::dependencies>("dependencies"),
      Opt<&Result::subtasks>("subtasks"),
      Opt<&Result::usage>("usage", "As reported"),
      Opt<&Result::history>("history", "The oldest first"),
  };
};

Expected<Result> One(std::string_view id, store::Database& database) {
  const auto task = swarm::FindTask(database, id);
  if (!task) return std::unexpected(task.error());
  Result result{.swarm_id = FormatId("sw", task->swarm), .usage = View(task->usage)};
  result.tasks.push_back(View(*task));
  for (const std::int64_t needed : swarm::Dependencies(database, task->number)) {
    if (!result.dependencies) result.dependencies.emplace();
    result.dependencies->push_back(swarm::TaskId(needed));
  }
  if (task->subtasks > 0) {
    result.subtasks.emplace();
    for (const swarm::Task& part : swarm::Subtasks(database, task->number, limits::kMaxSubtasks)) {
      result.subtasks->push_back(View(part));
    }
  }
  result.history.emplace();
  for (swarm::TaskEvent& event : swarm::TaskHistory(database, task->number)) {
    EventView& view = result.history->emplace_back();
    view.at = {event.at_ms};
    view.event = std::move(event.event);
    if (event.agent != 0) view.agent = AgentId(event.agent);
    view.epoch = event.epoch;
    view.detail = std::move(event.detail);
  }
  return result;
}

Expected<Result> Run(const Args& args, ToolContext& context) {
  store::Database& database = context.database();
  if (args.task_id) return One(*args.task_id, database);
  const auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  std::int64_t after = 0;
  if (!args.cursor.empty()) {
    const auto number = ParseId("tk", args.cursor);
    if (!number) return Fail(ErrorCode::kInvalidArgument, "cursor must be one that task_status has given");
    after = *number;
  }
  Result result{.swarm_id = swarm->id(), .counts = CountsOf(database, *swarm)};
  const swarm::TaskPage page = swarm::ListTasks(database, *swarm, args.state, after, args.limit);
  for (const swarm::Task& task : page.tasks) result.tasks.push_back(View(task));
  if (page.more) result.cursor = result.tasks.back().task_id;
  return result;
}

}  // namespace

extern const Tool kTaskStatus = MakeTool<Run>({
    .name = "task_status",
    .title = "Look at tasks",
    .description = "Counts and lists a swarm's tasks, or shows one with its history.",
    .hints = {.read_only = true},
    .toolset = Toolset::kTasks,
});

}  // namespace skep::handlers
