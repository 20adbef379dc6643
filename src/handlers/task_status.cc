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

Expected<TaskListing> Run(const Args& args, ToolContext& context) {
  store::Database& database = context.database();
  if (args.task_id) {
    const auto task = swarm::FindTask(database, *args.task_id);
    if (!task) return std::unexpected(task.error());
    return Details(*task, database);
  }
  const auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  std::int64_t after = 0;
  if (!args.cursor.empty()) {
    const auto number = ParseId("tk", args.cursor);
    if (!number) return Fail(ErrorCode::kInvalidArgument, "cursor must be one that task_status has given");
    after = *number;
  }
  TaskListing result{.swarm_id = swarm->id(), .counts = CountsOf(database, *swarm)};
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
