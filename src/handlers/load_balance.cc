#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "handlers/current_swarm.h"
#include "handlers/task_view.h"
#include "skep/tool.h"
#include "swarm/task_graph.h"

namespace skep::handlers {
namespace {

struct Args {
  std::vector<TaskArgs> tasks;
  std::optional<std::string_view> swarm_id;

  static constexpr Field kFields[] = {
      Req<&Args::tasks>("tasks", {}, {1, limits::kMaxSubtasks}),
      Opt<&Args::swarm_id>("swarmId"),
  };
};

struct Dealt {
  std::string task_id;
  std::string title;
  swarm::TaskState state = swarm::TaskState::kReady;
  std::optional<std::string> agent_id;
  std::string because;

  static constexpr Field kFields[] = {
      Req<&Dealt::task_id>("taskId"),  Req<&Dealt::title>("title"),
      Req<&Dealt::state>("state"),     Opt<&Dealt::agent_id>("agentId", "Who was given it; absent: nobody is capable"),
      Req<&Dealt::because>("because"),
  };
};

struct Result {
  std::string swarm_id;
  std::vector<Dealt> tasks;

  static constexpr Field kFields[] = {
      Req<&Result::swarm_id>("swarmId"),
      Req<&Result::tasks>("tasks"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  std::vector<swarm::TaskRequest> requests;
  requests.reserve(args.tasks.size());
  for (const TaskArgs& task : args.tasks) requests.push_back(task.Request());
  const auto dealt = swarm::DealOut(context.database(), *swarm, requests, context.now());
  if (!dealt) return std::unexpected(dealt.error());
  Result result{.swarm_id = swarm->id()};
  for (const swarm::Assigned& one : *dealt) {
    Dealt& view = result.tasks.emplace_back();
    view.task_id = one.task.id();
    view.title = one.task.title;
    view.state = one.task.state;
    if (one.agent != 0) view.agent_id = AgentId(one.agent);
    view.because = one.because;
  }
  return result;
}

}  // namespace

extern const Tool kLoadBalance = MakeTool<Run>({
    .name = "load_balance",
    .title = "Deal out tasks",
    .description = "Creates tasks and assigns each to who can do it soonest, by capability and measured speed.",
    .toolset = Toolset::kTasks,
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
