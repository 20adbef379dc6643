#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "skep/tool.h"
#include "swarm/swarm.h"

namespace skep::handlers {
namespace {

struct Args {
  swarm::Topology topology = swarm::Topology::kMesh;
  std::int64_t max_agents = 8;
  swarm::Strategy strategy = swarm::Strategy::kAuto;
  std::string_view name;
  std::string_view objective;

  static constexpr Field kFields[] = {
      Req<&Args::topology>("topology"),
      Opt<&Args::max_agents>("maxAgents", "Most agents alive at once", {1, limits::kMaxAgents}),
      Opt<&Args::strategy>("strategy"),
      Opt<&Args::name>("name", "Accepted wherever the id is", {.max = limits::kMaxName}),
      Opt<&Args::objective>("objective", "What the swarm is for", {.max = limits::kMaxObjective}),
  };
};

struct Result {
  std::string swarm_id;
  std::string name;
  swarm::Topology topology = swarm::Topology::kMesh;
  swarm::Strategy strategy = swarm::Strategy::kAuto;
  std::int64_t max_agents = 0;
  swarm::SwarmStatus status = swarm::SwarmStatus::kActive;
  Timestamp created_at;

  static constexpr Field kFields[] = {
      Req<&Result::swarm_id>("swarmId"),     Req<&Result::name>("name"),
      Req<&Result::topology>("topology"),    Req<&Result::strategy>("strategy"),
      Req<&Result::max_agents>("maxAgents"), Req<&Result::status>("status"),
      Req<&Result::created_at>("createdAt"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  auto made = swarm::CreateSwarm(context.database(),
                                 {.topology = args.topology,
                                  .strategy = args.strategy,
                                  .max_agents = args.max_agents,
                                  .name = args.name,
                                  .objective = args.objective},
                                 context.now_ms());
  if (!made) return std::unexpected(made.error());
  context.session().current_swarm = made->number;
  return Result{.swarm_id = made->id(),
                .name = std::move(made->name),
                .topology = made->topology,
                .strategy = made->strategy,
                .max_agents = made->max_agents,
                .status = made->status,
                .created_at = {made->created_ms}};
}

}  // namespace

extern const Tool kSwarmInit = MakeTool<Run>({
    .name = "swarm_init",
    .title = "Make a swarm",
    .description = "Makes a swarm of agents, which becomes this session's current one.",
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
