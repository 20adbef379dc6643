#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "skep/field.h"
#include "swarm/agent.h"
#include "swarm/swarm.h"

namespace skep::handlers {

/// An agent as answers show it.
struct AgentView {
  std::string agent_id;
  std::string swarm_id;
  std::string name;
  std::string type;
  swarm::AgentState state = swarm::AgentState::kIdle;
  std::vector<std::string> capabilities;
  std::optional<std::string> parent;
  Timestamp created_at;

  static constexpr Field kFields[] = {
      Req<&AgentView::agent_id>("agentId"), Req<&AgentView::swarm_id>("swarmId"),
      Req<&AgentView::name>("name"),        Req<&AgentView::type>("type"),
      Req<&AgentView::state>("state"),      Req<&AgentView::capabilities>("capabilities"),
      Opt<&AgentView::parent>("parent"),    Req<&AgentView::created_at>("createdAt"),
  };
};

AgentView View(swarm::Agent agent);

}  // namespace skep::handlers
