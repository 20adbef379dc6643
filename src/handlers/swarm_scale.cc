#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "handlers/current_swarm.h"
#include "handlers/task_view.h"
#include "skep/tool.h"
#include "swarm/scale.h"

namespace skep::handlers {
namespace {

struct Args {
  std::int64_t target_size = 0;
  std::optional<std::string_view> swarm_id;
  swarm::ScaleStrategy strategy = swarm::ScaleStrategy::kAdaptive;

  static constexpr Field kFields[] = {
      Req<&Args::target_size>("targetSize", "Agents alive", {0, limits::kMaxAgents}),
      Opt<&Args::swarm_id>("swarmId"),
      Opt<&Args::strategy>("strategy", "adaptive: as there is work; gradual: half way"),
  };
};

struct Spawned {
  std::string agent_id;
  std::string name;
  std::string type;

  static constexpr Field kFields[] = {
      Req<&Spawned::agent_id>("agentId"),
      Req<&Spawned::name>("name"),
      Req<&Spawned::type>("type"),
  };
};

struct Result {
  std::string swarm_id;
  std::int64_t before = 0;
  std::int64_t after = 0;
  std::vector<Spawned> spawned;
  std::vector<std::string> retired;
  std::vector<std::string> retiring;
  std::optional<std::string> note;

  static constexpr Field kFields[] = {
      Req<&Result::swarm_id>("swarmId"),
      Req<&Result::before>("before"),
      Req<&Result::after>("after"),
      Req<&Result::spawned>("spawned"),
      Req<&Result::retired>("retired", "Were idle, and are offline now"),
      Req<&Result::retiring>("retiring", "Leave when they have finished what they work on"),
      Opt<&Result::note>("note", "Why it is not targetSize yet"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  auto scaled = swarm::Scale(context.database(), *swarm, args.target_size, args.strategy, context.now_ms());
  if (!scaled) return std::unexpected(scaled.error());
  Result result{.swarm_id = swarm->id(), .before = scaled->before, .after = scaled->after};
  for (const swarm::Agent& agent : scaled->spawned) {
    result.spawned.push_back({.agent_id = agent.id(), .name = agent.name, .type = agent.type});
  }
  for (const std::int64_t agent : scaled->retired) result.retired.push_back(AgentId(agent));
  for (const std::int64_t agent : scaled->retiring) result.retiring.push_back(AgentId(agent));
  if (!scaled->note.empty()) result.note = std::move(scaled->note);
  return result;
}

}  // namespace

extern const Tool kSwarmScale = MakeTool<Run>({
    .name = "swarm_scale",
    .title = "Scale a swarm",
    .description = "Registers agents, or retires them once they are idle, until there are so many.",
    .toolset = Toolset::kTasks,
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
