#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "store/database.h"
#include "swarm/breaker.h"
#include "swarm/swarm.h"

/// Agents: the members of a swarm.
namespace skep::swarm {

enum class AgentState : int { kIdle, kBusy, kOffline };
constexpr std::array<std::string_view, 3> Names(AgentState) { return {"idle", "busy", "offline"}; }

/// The types that everybody knows. Others are welcome: see IsAgentType.
inline constexpr std::array<std::string_view, 11> kAgentTypes = {"coordinator", "analyst",    "optimizer", "documenter",
                                                                 "monitor",     "specialist", "architect", "researcher",
                                                                 "coder",       "tester",     "reviewer"};
/// 1 to limits::kMaxName letters, digits, "_", "." and "-".
bool IsAgentType(std::string_view type);

struct Agent {
  std::int64_t number = 0;  ///< Rises with age; as an id, see `id`.
  std::int64_t swarm = 0;   ///< Its swarm's number.
  std::string type;
  std::string name;
  std::vector<std::string> capabilities;
  std::optional<std::int64_t> parent;  ///< An agent's number.
  AgentState state = AgentState::kIdle;
  std::int64_t session = 0;  ///< Row of the session that last acted as it; 0: none.
  std::int64_t task = 0;     ///< The task it works on; 0: none.
  bool retiring = false;     ///< It gets no more work.
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t busy_ms = 0;  ///< On tasks that are over.
  Breaker breaker;
  std::int64_t created_ms = 0;

  std::string id() const;  ///< "ag_000001"
  std::string swarm_id() const;
  std::optional<std::string> parent_id() const;
};

struct AgentRequest {
  std::string_view type;
  std::string_view name;  ///< Empty: "<type>-<n>", the first that is free.
  std::span<const std::string_view> capabilities;
  std::string_view parent;  ///< Id or name. Empty: in a hierarchical swarm its coordinator, if one is alive; else none.
  std::int64_t session = 0;  ///< Row of the session that it lives in; 0: none.
};
/// Adds an agent. kConflict when the swarm is full, destroyed, or has an agent of that name; kNotFound for the parent;
/// kInvalidArgument for a type, name or capability that cannot be one.
Expected<Agent> SpawnAgent(store::Database& database, const Swarm& swarm, const AgentRequest& request,
                           std::int64_t now_ms);

/// By id, or by name in the swarm. kNotFound, with the nearest name; also when the id is of another swarm.
Expected<Agent> FindAgent(store::Database& database, const Swarm& swarm, std::string_view id_or_name);

/// The id of the swarm that an agent is in, if there is such an agent.
std::optional<std::string> SwarmIdOf(store::Database& database, std::int64_t agent_number);

/// Notes that `agent` acts in a session (0: in none, which leaves it in the one where it lives), and brings it back if
/// it was offline. kConflict when its swarm is full or destroyed, or when it holds something in another open session.
Expected<void> BindAgent(store::Database& database, const Swarm& swarm, Agent& agent, std::int64_t session,
                         std::int64_t now_ms);

/// Agents alive of this name, in whichever active swarm: at most two.
std::vector<Agent> AgentsNamed(store::Database& database, std::string_view name);

struct AgentPage {
  std::vector<Agent> agents;
  bool more = false;  ///< The next page is after the last one's number.
};
/// The swarm's agents by age, after the one of number `after` (0: from the first).
AgentPage ListAgents(store::Database& database, const Swarm& swarm, std::int64_t after, std::int64_t limit);

/// Those alive, by age, then those offline, the newest first.
std::vector<Agent> AliveFirst(store::Database& database, const Swarm& swarm, std::int64_t limit);

struct TypeCount {
  std::string type;
  std::int64_t agents = 0;  ///< Not counting those offline.
};
struct AgentCounts {
  std::array<std::int64_t, Names(AgentState{}).size()> by_state{};
  std::vector<TypeCount> by_type;  ///< By name. Types that only offline agents have are left out.
};
AgentCounts CountAgents(store::Database& database, const Swarm& swarm);

}  // namespace skep::swarm
