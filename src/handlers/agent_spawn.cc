#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/printable.h"
#include "handlers/current_swarm.h"
#include "handlers/swarm_results.h"
#include "skep/ask.h"
#include "skep/tool.h"
#include "swarm/agent.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view type;
  std::string_view name;
  std::vector<std::string_view> capabilities;
  std::optional<std::string_view> swarm_id;
  std::string_view parent;

  static constexpr Field kFields[] = {
      Req<&Args::type>("type", "coordinator, researcher, coder, tester, reviewer, … or any name",
                       {1, limits::kMaxName}),
      Opt<&Args::name>("name", "Accepted wherever the id is", {.max = limits::kMaxName}),
      Opt<&Args::capabilities>("capabilities", "What it can do, as tasks require it",
                               {.max = limits::kMaxCapabilities}),
      Opt<&Args::swarm_id>("swarmId"),
      Opt<&Args::parent>("parent", "Its lead, in a hierarchy"),
  };
};

/// What a person is asked when a swarm is full.
struct Room {
  bool raise = false;
  std::optional<std::int64_t> max_agents;

  static constexpr Field kFields[] = {
      Req<&Room::raise>("raise", "Raise the limit"),
      Opt<&Room::max_agents>("maxAgents", "To how many; left out: one more", {1, limits::kMaxAgents}),
  };
};

/// Has the person at the client make room in a full swarm. Whether it is still to be waited for.
bool AskForRoom(const swarm::Swarm& swarm, ToolContext& context) {
  const auto answer =
      AskForm<Room>(context, "room_" + swarm.id(),
                    fmt::format("Swarm {} (\"{}\") has all of its {} agents. Raise its limit for another one?",
                                swarm.id(), Printable(swarm.name), swarm.max_agents));
  if (answer.pending()) return true;
  if (answer.accepted() && answer.form.raise) {
    const std::int64_t least = swarm.max_agents + 1;
    swarm::SetMaxAgents(context.database(), swarm, std::max(least, answer.form.max_agents.value_or(least)));
  }
  return false;
}

Expected<AgentView> Run(const Args& args, ToolContext& context) {
  const auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  const bool full = swarm->alive_agents >= swarm->max_agents && swarm->max_agents < limits::kMaxAgents;
  if (full && AskForRoom(*swarm, context)) return AgentView{};
  auto agent = swarm::SpawnAgent(context.database(), *swarm,
                                 {.type = args.type,
                                  .name = args.name,
                                  .capabilities = args.capabilities,
                                  .parent = args.parent,
                                  .session = context.SessionRow()},
                                 context.now_ms());
  if (!agent) return std::unexpected(agent.error());
  return View(*std::move(agent), context.now_ms());
}

}  // namespace

extern const Tool kAgentSpawn = MakeTool<Run>({
    .name = "agent_spawn",
    .title = "Register an agent",
    .description = "Registers an agent; starts no process. Later calls act as it by its id or name.",
    .always_load = true,
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
