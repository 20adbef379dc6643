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
  std::optional<std::string> task;
  std::optional<std::int64_t> succeeded;
  std::optional<std::int64_t> failed;
  std::optional<swarm::BreakerState> breaker;
  std::optional<bool> retiring;
  std::optional<std::string> client;
  Timestamp created_at;

  static constexpr Field kFields[] = {
      Req<&AgentView::agent_id>("agentId"),
      Req<&AgentView::swarm_id>("swarmId"),
      Req<&AgentView::name>("name"),
      Req<&AgentView::type>("type"),
      Req<&AgentView::state>("state"),
      Req<&AgentView::capabilities>("capabilities"),
      Opt<&AgentView::parent>("parent"),
      Opt<&AgentView::task>("task", "What it works on"),
      Opt<&AgentView::succeeded>("succeeded", "Tasks"),
      Opt<&AgentView::failed>("failed", "Attempts"),
      Opt<&AgentView::breaker>("breaker", "open: no work after failures in a row; half_open: one task as a trial"),
      Opt<&AgentView::retiring>("retiring"),
      Opt<&AgentView::client>("client", "Of the session that it lives or lived in"),
      Req<&AgentView::created_at>("createdAt"),
  };
};

/// As of `now_ms`, on which the state of its circuit breaker depends.
AgentView View(swarm::Agent agent, std::int64_t now_ms);

}  // namespace skep::handlers
