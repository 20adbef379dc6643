#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "handlers/task_view.h"
#include "skep/context.h"
#include "skep/field.h"
#include "store/database.h"
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
/// With the client that it lives in, if that has said its name.
AgentView View(swarm::Agent agent, ToolContext& context);

struct TypeTotal {
  std::string type;
  std::int64_t agents = 0;

  static constexpr Field kFields[] = {
      Req<&TypeTotal::type>("type"),
      Req<&TypeTotal::agents>("agents"),
  };
};

/// How many agents a swarm has.
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
struct SwitchView {
  Timestamp at;
  swarm::Topology from = swarm::Topology::kMesh;
  swarm::Topology to = swarm::Topology::kMesh;
  std::string reason;

  static constexpr Field kFields[] = {
      Req<&SwitchView::at>("at"),
      Req<&SwitchView::from>("from"),
      Req<&SwitchView::to>("to"),
      Req<&SwitchView::reason>("reason", "With the figures that caused it"),
  };
};

/// A swarm, and how much it has of everything.
struct SwarmView {
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
  std::optional<std::vector<SwitchView>> switches;

  static constexpr Field kFields[] = {
      Req<&SwarmView::swarm_id>("swarmId"),
      Req<&SwarmView::name>("name"),
      Req<&SwarmView::status>("status"),
      Req<&SwarmView::topology>("topology"),
      Opt<&SwarmView::mode>("mode", "What an adaptive one works as now"),
      Req<&SwarmView::strategy>("strategy"),
      Req<&SwarmView::max_agents>("maxAgents"),
      Opt<&SwarmView::objective>("objective"),
      Req<&SwarmView::created_at>("createdAt"),
      Opt<&SwarmView::destroyed_at>("destroyedAt"),
      Req<&SwarmView::agents>("agents"),
      Req<&SwarmView::tasks>("tasks"),
      Opt<&SwarmView::switches>("switches", "Of an adaptive one, the newest first"),
  };
};
SwarmView View(swarm::Swarm swarm, store::Database& database);

}  // namespace skep::handlers
