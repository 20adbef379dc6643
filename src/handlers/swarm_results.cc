#include "handlers/swarm_results.h"

#include <utility>

#include "swarm/adaptive.h"
#include "swarm/session.h"
#include "swarm/task.h"

namespace skep::handlers {
namespace {

/// The last ones: a screen's worth.
constexpr std::int64_t kShownSwitches = 10;

}  // namespace

AgentView View(swarm::Agent agent, std::int64_t now_ms) {
  AgentView view;
  view.agent_id = agent.id();
  view.swarm_id = agent.swarm_id();
  view.parent = agent.parent_id();
  view.name = std::move(agent.name);
  view.type = std::move(agent.type);
  view.state = agent.state;
  view.capabilities = std::move(agent.capabilities);
  if (agent.task != 0) view.task = swarm::TaskId(agent.task);
  if (agent.succeeded + agent.failed != 0) {
    view.succeeded = agent.succeeded;
    view.failed = agent.failed;
  }
  const swarm::BreakerState breaker = agent.breaker.state(now_ms);
  if (breaker != swarm::BreakerState::kClosed) view.breaker = breaker;
  if (agent.retiring) view.retiring = true;
  view.created_at.ms = agent.created_ms;
  return view;
}

AgentView View(swarm::Agent agent, ToolContext& context) {
  const std::int64_t session = agent.session;
  AgentView view = View(std::move(agent), context.now_ms());
  if (session == 0) return view;
  std::string client = swarm::ClientOf(context.database(), session);
  if (!client.empty()) view.client = std::move(client);
  return view;
}

SwarmView View(swarm::Swarm swarm, store::Database& database) {
  swarm::AgentCounts counts = swarm::CountAgents(database, swarm);
  SwarmView view{.swarm_id = swarm.id(),
                 .name = std::move(swarm.name),
                 .status = swarm.status,
                 .topology = swarm.topology,
                 .strategy = swarm.strategy,
                 .max_agents = swarm.max_agents,
                 .created_at = {swarm.created_ms}};
  if (!swarm.objective.empty()) view.objective = std::move(swarm.objective);
  if (swarm.destroyed_ms != 0) view.destroyed_at = Timestamp{swarm.destroyed_ms};
  const auto in_state = [&](swarm::AgentState state) { return counts.by_state[static_cast<std::size_t>(state)]; };
  view.agents.idle = in_state(swarm::AgentState::kIdle);
  view.agents.busy = in_state(swarm::AgentState::kBusy);
  view.agents.offline = in_state(swarm::AgentState::kOffline);
  for (swarm::TypeCount& one : counts.by_type) {
    view.agents.by_type.push_back({.type = std::move(one.type), .agents = one.agents});
  }
  view.tasks = CountsOf(database, swarm);
  if (swarm.topology == swarm::Topology::kAdaptive) {
    view.mode = swarm.mode;
    view.switches.emplace();
    for (swarm::TopologyChange& change : swarm::TopologyChanges(database, swarm, kShownSwitches)) {
      view.switches->push_back(
          {.at = {change.at_ms}, .from = change.from, .to = change.to, .reason = std::move(change.reason)});
    }
  }
  return view;
}

}  // namespace skep::handlers
