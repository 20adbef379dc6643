#include "swarm/task_update.h"

#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "handlers/task_view.h"
#include "skep/tool.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view task_id;
  swarm::Report state = swarm::Report::kProgress;
  std::optional<std::int64_t> epoch;
  std::optional<std::string_view> result;
  std::optional<std::string_view> note;
  std::optional<UsageView> usage;

  static constexpr Field kFields[] = {
      Req<&Args::task_id>("taskId"),
      Req<&Args::state>("state", "released: another may have it"),
      Opt<&Args::epoch>("epoch", "From task_claim; needed for all but cancelled", {.min = 0}),
      Opt<&Args::result>("result", "What came of it"),
      Opt<&Args::note>("note", "How far it is, or why it failed"),
      Opt<&Args::usage>("usage", "Since the last update"),
  };
};

struct Result {
  std::string task_id;
  swarm::TaskState state = swarm::TaskState::kClaimed;
  std::int64_t epoch = 0;
  std::optional<std::string> stage;
  std::optional<Timestamp> not_before;
  std::optional<std::int64_t> made_ready;
  std::optional<std::int64_t> seconds;

  static constexpr Field kFields[] = {
      Req<&Result::task_id>("taskId"),
      Req<&Result::state>("state"),
      Req<&Result::epoch>("epoch"),
      Opt<&Result::stage>("stage", "In a ring: the one it is in now"),
      Opt<&Result::not_before>("notBefore", "When it is tried again"),
      Opt<&Result::made_ready>("madeReady", "Tasks that can begin now"),
      Opt<&Result::seconds>("seconds", "Report again within this time"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto number = ParseId("tk", args.task_id);
  if (!number) {
    return Fail(ErrorCode::kNotFound, "there is no task \"" + Printable(args.task_id, limits::kMaxQuoted) +
                                          "\": task_status lists those there are");
  }
  swarm::UpdateRequest request{.task = *number,
                               .epoch = args.epoch,
                               .report = args.state,
                               .result = args.result,
                               .note = args.note,
                               .usage = {}};
  if (args.usage) {
    request.usage = {.input_tokens = args.usage->input_tokens,
                     .output_tokens = args.usage->output_tokens,
                     .cost_usd = args.usage->cost_usd};
  }
  const auto updated = swarm::UpdateTask(context.database(), request, context.now());
  if (!updated) return std::unexpected(updated.error());
  const swarm::Task& task = updated->task;
  Result result{.task_id = task.id(), .state = task.state, .epoch = task.epoch};
  if (task.stages > 1) result.stage = View(task).stage;
  if (task.not_before_ms != 0) result.not_before = Timestamp{task.not_before_ms};
  if (updated->now_ready > 0) result.made_ready = updated->now_ready;
  if (task.state == swarm::TaskState::kClaimed) result.seconds = (task.deadline - context.now().boot_ms) / 1000;
  return result;
}

}  // namespace

extern const Tool kTaskUpdate = MakeTool<Run>({
    .name = "task_update",
    .title = "Report on a task",
    .description = "Reports progress or the end of a claimed task. Refused when the claim is no longer yours.",
    .toolset = Toolset::kTasks,
    .always_load = true,
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
