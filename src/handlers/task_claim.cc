#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "handlers/acting.h"
#include "handlers/current_swarm.h"
#include "handlers/task_view.h"
#include "skep/tool.h"
#include "swarm/adaptive.h"
#include "swarm/claim.h"
#include "swarm/message.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view agent_id;
  std::int64_t wait = 0;
  std::optional<std::string_view> task_id;

  static constexpr Field kFields[] = {
      Req<&Args::agent_id>("agentId"),
      Opt<&Args::wait>("wait", "Seconds to wait until one is ready", {0, limits::kMaxWaitS}),
      Opt<&Args::task_id>("taskId"),
  };
};

struct Result {
  bool claimed = false;
  std::optional<std::string> task_id;
  std::optional<std::int64_t> epoch;
  std::optional<std::string> title;
  std::optional<std::string> body;
  std::optional<swarm::Priority> priority;
  std::optional<std::int64_t> attempt;
  std::optional<std::string> stage;
  std::optional<std::string> previous_result;
  std::optional<std::string> last_note;
  std::optional<std::vector<std::string>> dependencies;
  std::optional<std::string> parent;
  std::optional<std::string> parent_title;
  std::optional<std::string> parent_body;
  std::optional<std::int64_t> unread;
  std::optional<std::int64_t> seconds;
  std::optional<bool> resumed;
  std::optional<std::string> reason;

  static constexpr Field kFields[] = {
      Req<&Result::claimed>("claimed"),
      Opt<&Result::task_id>("taskId"),
      Opt<&Result::epoch>("epoch", "Pass it to task_update"),
      Opt<&Result::title>("title"),
      Opt<&Result::body>("body"),
      Opt<&Result::priority>("priority"),
      Opt<&Result::attempt>("attempt"),
      Opt<&Result::stage>("stage", "In a ring: 2/3"),
      Opt<&Result::previous_result>("previousResult", "Of the stage before"),
      Opt<&Result::last_note>("lastNote", "What was last said of it"),
      Opt<&Result::dependencies>("dependencies", "Tasks it builds on: see task_results"),
      Opt<&Result::parent>("parent", "The task that it is a part of"),
      Opt<&Result::parent_title>("parentTitle"),
      Opt<&Result::parent_body>("parentBody"),
      Opt<&Result::unread>("unread", "Messages in inbox"),
      Opt<&Result::seconds>("seconds", "Report progress within this time, or it is given to another"),
      Opt<&Result::resumed>("resumed", "It was yours already"),
      Opt<&Result::reason>("reason", "Why there is none, and what to do"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  store::Database& database = context.database();
  const auto agent = ActAs(context, args.agent_id);
  if (!agent) return std::unexpected(agent.error());
  auto swarm = swarm::FindSwarm(database, agent->swarm_id());
  if (!swarm) return std::unexpected(swarm.error());
  std::optional<std::int64_t> wanted;
  if (args.task_id) {
    wanted = ParseId("tk", *args.task_id);
    if (!wanted) {
      return Fail(ErrorCode::kNotFound, "there is no task \"" + Printable(*args.task_id, limits::kMaxQuoted) +
                                            "\": claim without taskId to get work");
    }
  }
  swarm::Adapt(database, *swarm, context.now_ms());
  auto claim = swarm::ClaimTask(database, *swarm, *agent, wanted, context.now());
  if (!claim) return std::unexpected(claim.error());
  Result result{.claimed = claim->task.has_value()};
  if (const std::int64_t unread = swarm::CountUnread(database, *agent); unread > 0) result.unread = unread;
  if (!claim->task) {
    result.reason = std::move(claim->why_not);
    if (args.wait > 0 && claim->may_change) {
      context.WaitFor({.what = Wait::For::kTask, .key = swarm->number, .ms = args.wait * 1000});
    }
    return result;
  }
  const swarm::Task& task = *claim->task;
  result.task_id = task.id();
  result.epoch = task.epoch;
  result.title = task.title;
  if (std::string body = swarm::TaskBody(database, task.number); !body.empty()) result.body = std::move(body);
  result.priority = task.priority;
  result.attempt = task.attempts;
  if (task.stages > 1) result.stage = View(task).stage;
  if (task.stage > 0) result.previous_result = swarm::TaskResult(database, task.number);
  result.last_note = task.note;
  for (const std::int64_t needed : swarm::Dependencies(database, task.number)) {
    if (!result.dependencies) result.dependencies.emplace();
    result.dependencies->push_back(swarm::TaskId(needed));
  }
  if (const auto whole = task.parent ? swarm::ReadTask(database, *task.parent) : std::nullopt) {
    result.parent = whole->id();
    result.parent_title = whole->title;
    if (std::string body = swarm::TaskBody(database, whole->number); !body.empty())
      result.parent_body = std::move(body);
  }
  result.seconds = (task.deadline - context.now().boot_ms) / 1000;
  if (claim->resumed) result.resumed = true;
  return result;
}

}  // namespace

extern const Tool kTaskClaim = MakeTool<Run>({
    .name = "task_claim",
    .title = "Claim a task",
    .description =
        "Gives this agent the most urgent task that is ready for it, and to nobody else. Use wait, do not poll.",
    .toolset = Toolset::kTasks,
    .always_load = true,
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
