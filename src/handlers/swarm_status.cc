#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "handlers/current_swarm.h"
#include "skep/tool.h"
#include "swarm/agent.h"
#include "swarm/swarm.h"

namespace skep::handlers {
namespace {

struct Args {
  std::optional<std::string_view> swarm_id;

  static constexpr Field kFields[] = {
      Opt<&Args::swarm_id>("swarmId"),
  };
};

struct TypeTotal {
  std::string type;
  std::int64_t agents = 0;

  static constexpr Field kFields[] = {
      Req<&TypeTotal::type>("type"),
      Req<&TypeTotal::agents>("agents"),
  };
};

struct AgentTotals {
  std::int64_t idle = 0;
  std::int64_t busy = 0;
  std::int64_t offline = 0;
  std::vector<TypeTotal> by_type;

  static constexpr Field kFields[] = {
      Req<&AgentTotals::idle>("idle"),
      Req<&AgentTotals::busy>("busy"),
      Req<&AgentTotals::offline>("offline"),
      Req<&AgentTotals::by_type>("byType", "Not counting those offline"),
  };
};

struct Result {
  std::string swarm_id;
  std::string name;
  swarm::SwarmStatus status = swarm::SwarmStatus::kActive;
  swarm::Topology topology = swarm::Topology::kMesh;
  swarm::Strategy strategy = swarm::Strategy::kAuto;
  std::int64_t max_agents = 0;
  std::optional<std::string> objective;
  Timestamp created_at;
  std::optional<Timestamp> destroyed_at;
  AgentTotals agents;

  static constexpr Field kFields[] = {
      Req<&Result::swarm_id>("swarmId"),
      Req<&Result::name>("name"),
      Req<&Result::status>("status"),
      Req<&Result::topology>("topology"),
      Req<&Result::strategy>("strategy"),
      Req<&Result::max_agents>("maxAgents"),
      Opt<&Result::objective>("objective"),
      Req<&Result::created_at>("createdAt"),
      Opt<&Result::destroyed_at>("destroyedAt"),
      Req<&Result::agents>("agents"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  swarm::AgentCounts counts = swarm::CountAgents(context.database(), *swarm);
  Result result{.swarm_id = swarm->id(),
                .name = std::move(swarm->name),
                .status = swarm->status,
                .topology = swarm->topology,
                .strategy = swarm->strategy,
                .max_agents = swarm->max_agents,
                .created_at = {swarm->created_ms}};
  if (!swarm->objective.empty()) result.objective = std::move(swarm->objective);
  if (swarm->destroyed_ms != 0) result.destroyed_at = Timestamp{swarm->destroyed_ms};
  const auto in_state = [&](swarm::AgentState state) { return counts.by_state[static_cast<std::size_t>(state)]; };
  result.agents.idle = in_state(swarm::AgentState::kIdle);
  result.agents.busy = in_state(swarm::AgentState::kBusy);
  result.agents.offline = in_state(swarm::AgentState::kOffline);
  for (swarm::TypeCount& one : counts.by_type) {
    result.agents.by_type.push_back({.type = std::move(one.type), .agents = one.agents});
  }
  return result;
}

}  // namespace

extern const Tool kSwarmStatus = MakeTool<Run>({
    .name = "swarm_status",
    .title = "Swarm status",
    .description = "Shows a swarm and how many agents it has, by state and type.",
    .hints = {.read_only = true},
});

}  // namespace skep::handlers
