#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "handlers/current_swarm.h"
#include "handlers/swarm_results.h"
#include "skep/tool.h"
#include "swarm/agent.h"

namespace skep::handlers {
namespace {

struct Args {
  std::optional<std::string_view> swarm_id;
  std::optional<std::string_view> agent_id;
  std::int64_t limit = 100;
  std::string_view cursor;

  static constexpr Field kFields[] = {
      Opt<&Args::swarm_id>("swarmId"),
      Opt<&Args::agent_id>("agentId"),
      Opt<&Args::limit>("limit", {}, {1, limits::kMaxPage}),
      Opt<&Args::cursor>("cursor", "The last answer's"),
  };
};

struct Result {
  std::string swarm_id;
  std::vector<AgentView> agents;
  std::optional<std::string> cursor;

  static constexpr Field kFields[] = {
      Req<&Result::swarm_id>("swarmId"),
      Req<&Result::agents>("agents"),
      Opt<&Result::cursor>("cursor", "There are more"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  Result result{.swarm_id = swarm->id()};
  if (args.agent_id) {
    auto agent = swarm::FindAgent(context.database(), *swarm, *args.agent_id);
    if (!agent) return std::unexpected(agent.error());
    result.agents.push_back(View(*std::move(agent), context));
    return result;
  }
  std::int64_t after = 0;
  if (!args.cursor.empty()) {
    const auto number = ParseId("ag", args.cursor);
    if (!number) return Fail(ErrorCode::kInvalidArgument, "cursor must be one that agent_list has given");
    after = *number;
  }
  swarm::AgentPage page = swarm::ListAgents(context.database(), *swarm, after, args.limit);
  for (swarm::Agent& agent : page.agents) result.agents.push_back(View(std::move(agent), context));
  if (page.more) result.cursor = result.agents.back().agent_id;
  return result;
}

}  // namespace

extern const Tool kAgentList = MakeTool<Run>({
    .name = "agent_list",
    .title = "List agents",
    .description = "Lists a swarm's agents, the oldest first.",
    .hints = {.read_only = true},
});

}  // namespace skep::handlers
