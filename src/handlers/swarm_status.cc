#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "handlers/current_swarm.h"
#include "handlers/task_view.h"
#include "skep/tool.h"
#include "swarm/adaptive.h"
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

/// A change of an adaptive swarm's topology.
struct Switch {
  Timestamp at;
  swarm::Topology from = swarm::Topology::kMesh;
  swarm::Topology to = swarm::Topology::kMesh;
  std::string reason;

  static constexpr Field kFields[] = {
      Req<&Switch::at>("at"),
      Req<&Switch::from>("from"),
      Req<&Switch::to>("to"),
      Req<&Switch::reason>("reason", "With the figures that caused it"),
  };
};

struct Result {
  std::string swarm_id;
  std::string name;
  swarm::SwarmStatus status = swarm::SwarmStatus::kActive;
  swarm::Topology topology = swarm::Topology::kMesh;
  std::optional<swarm::Topology> mode;
  swarm::Strategy strategy = swarm::Strategy::kAuto;
  std::int64_t max_agents = 0;
  std::optional<std::string> objective;
  Timestamp created_at;
  std::optional<Timestamp> destroyed_at;
  AgentTotals agents;
  TaskCounts tasks;
  std::optional<std::vector<Switch>> switches;

  static constexpr Field kFields[] = {
      Req<&Result::swarm_id>("swarmId"),
      Req<&Result::name>("name"),
      Req<&Result::status>("status"),
      Req<&Result::topology>("topology"),
      Opt<&Result::mode>("mode", "What an adaptive one works as now"),
      Req<&Result::strategy>("strategy"),
      Req<&Result::max_agents>("maxAgents"),
      Opt<&Result::objective>("objective"),
      Req<&Result::created_at>("createdAt"),
      Opt<&Result::destroyed_at>("destroyedAt"),
      Req<&Result::agents>("agents"),
      Req<&Result::tasks>("tasks"),
      Opt<&Result::switches>("switches", "Of an adaptive one, the newest first"),
  };
};

/// The last ones: a screen's worth.
constexpr std::int64_t kShownSwitches = 10;

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
  result.tasks = CountsOf(context.database(), *swarm);
  if (swarm->topology == swarm::Topology::kAdaptive) {
    result.mode = swarm->mode;
    result.switches.emplace();
    for (swarm::TopologyChange& change : swarm::TopologyChanges(context.database(), *swarm, kShownSwitches)) {
      result.switches->push_back(
          {.at = {change.at_ms}, .from = change.from, .to = change.to, .reason = std::move(change.reason)});
    }
  }
  return result;
}

}  // namespace

extern const Tool kSwarmStatus = MakeTool<Run>({
    .name = "swarm_status",
    .title = "Swarm status",
    .description = "Shows a swarm, and how many agents and tasks it has.",
    .hints = {.read_only = true},
});

}  // namespace skep::handlers
