#include "handlers/swarm_results.h"

#include <utility>

namespace skep::handlers {

AgentView View(swarm::Agent agent) {
  AgentView view;
  view.agent_id = agent.id();
  view.swarm_id = agent.swarm_id();
  view.parent = agent.parent_id();
  view.name = std::move(agent.name);
  view.type = std::move(agent.type);
  view.state = agent.state;
  view.capabilities = std::move(agent.capabilities);
  view.created_at.ms = agent.created_ms;
  return view;
}

}  // namespace skep::handlers
