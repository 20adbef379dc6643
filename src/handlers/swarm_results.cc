#include "handlers/swarm_results.h"

#include <utility>

#include "swarm/task.h"

namespace skep::handlers {

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

}  // namespace skep::handlers
