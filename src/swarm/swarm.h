#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "store/database.h"

/// Swarms: groups of agents with a topology and an objective. Functions work on the connection that they are given;
/// `now_ms` is the wall clock.
namespace skep::swarm {

/// How agents are wired together: who may be given what, and who may write to whom.
enum class Topology : int { kHierarchical, kMesh, kRing, kStar, kAdaptive };
constexpr std::array<std::string_view, 5> Names(Topology) {
  return {"hierarchical", "mesh", "ring", "star", "adaptive"};
}

/// How work is dealt out. kAdaptive is another word for kAuto and is stored as that.
enum class Strategy : int { kAuto, kBalanced, kSpecialized, kAdaptive };
constexpr std::array<std::string_view, 4> Names(Strategy) { return {"auto", "balanced", "specialized", "adaptive"}; }

enum class SwarmStatus : int { kActive, kDestroyed };
constexpr std::array<std::string_view, 2> Names(SwarmStatus) { return {"active", "destroyed"}; }

struct Swarm {
  std::int64_t number = 0;  ///< Rises with age; as an id, see `id`.
  std::string name;
  Topology topology = Topology::kMesh;
  Topology mode = Topology::kMesh;  ///< Of an adaptive one: what it works as now.
  Strategy strategy = Strategy::kAuto;
  std::int64_t max_agents = 0;    ///< Most agents that may be alive (not offline) at once.
  std::int64_t alive_agents = 0;  ///< How many are.
  std::string objective;
  SwarmStatus status = SwarmStatus::kActive;
  std::int64_t created_ms = 0;
  std::int64_t destroyed_ms = 0;  ///< 0: it is not.
  std::int64_t looked_ms = 0;     ///< Of an adaptive one: when its figures were looked at last.

  std::string id() const;  ///< "sw_000001"
  /// The topology that is in force.
  Topology wiring() const { return topology == Topology::kAdaptive ? mode : topology; }
};

struct SwarmRequest {
  Topology topology = Topology::kMesh;
  Strategy strategy = Strategy::kAuto;
  std::int64_t max_agents = 8;
  std::string_view name;  ///< Empty: "<topology>-<n>", the first that is free.
  std::string_view objective;
};
/// kConflict when an active swarm has the name, saying which; kInvalidArgument for a name that cannot be one.
Expected<Swarm> CreateSwarm(store::Database& database, const SwarmRequest& request, std::int64_t now_ms);

/// By id, or by name if it is active. kNotFound, with the nearest name.
Expected<Swarm> FindSwarm(store::Database& database, std::string_view id_or_name);

/// The active swarm that was created last, if there is one.
std::optional<Swarm> NewestActive(store::Database& database);

/// Active swarms, then destroyed ones, the newest of each first.
std::vector<Swarm> ListSwarms(store::Database& database, std::int64_t limit);

/// Active swarms, the oldest first, after the one of number `after`.
std::vector<Swarm> ListActive(store::Database& database, std::int64_t after, std::int64_t limit);

/// Raises or lowers how many agents may be alive; those that are stay so.
void SetMaxAgents(store::Database& database, const Swarm& swarm, std::int64_t max_agents);

struct Census {
  std::int64_t swarms = 0;  ///< Destroyed ones as well.
  std::int64_t active_swarms = 0;
  std::int64_t agents = 0;  ///< Alive in them.
};
Census TakeCensus(store::Database& database);

struct Destroyed {
  Swarm swarm;
  std::int64_t agents = 0;  ///< Agents that were alive and are offline now.
  std::int64_t tasks = 0;   ///< Tasks that were not finished and are cancelled now.
  std::int64_t leases = 0;  ///< Leases that were given up.
};
/// Ends a swarm: it and its agents can still be looked up by id, but nothing can be added. kNotFound; kConflict when it
/// has been destroyed before.
Expected<Destroyed> DestroySwarm(store::Database& database, std::string_view id_or_name, std::int64_t now_ms);

}  // namespace skep::swarm
