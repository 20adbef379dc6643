#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "skep/moment.h"
#include "store/database.h"
#include "swarm/agent.h"

/// Leases: an agent's word that it works on some files of the project, given to it by the store. They hold over all
/// swarms of the project, until their deadline, or until the agent goes offline.
///
/// An exclusive lease is in the way of every other that has a path in common with it; shared ones are not in the way of
/// one another; an agent is never in its own way. `root` is the project's directory (see path_pattern.h).
namespace skep::swarm {

enum class LeaseMode : int { kExclusive, kShared };
constexpr std::array<std::string_view, 2> Names(LeaseMode) { return {"exclusive", "shared"}; }

struct Lease {
  std::int64_t epoch = 0;  ///< Rises with every lease that is given; one that is renewed keeps it, unless it
                           ///< was exclusive and is now shared.
  std::string path;        ///< See PathPattern::text.
  LeaseMode mode = LeaseMode::kExclusive;
  std::int64_t deadline = 0;  ///< CLOCK_BOOTTIME ms.

  /// The deadline by the wall clock.
  std::int64_t UntilMs(const Moment& now) const { return now.wall_ms + (deadline - now.boot_ms); }
};

/// Somebody else's lease that is in the way of a path.
struct Obstacle {
  std::string path;  ///< What was asked for.
  Lease lease;
  std::int64_t agent = 0;
  std::string agent_id;
  std::string agent_name;
};

struct LeaseRequest {
  std::span<const std::string_view> paths;
  LeaseMode mode = LeaseMode::kExclusive;
  std::int64_t ttl_s = 0;
  std::string_view root;
};
struct Acquired {
  std::vector<Lease> leases;        ///< In the order of the paths.
  std::vector<Obstacle> obstacles;  ///< Not empty: nothing was leased. The first limits::kMaxObstacles.
};
/// Leases all paths to the agent, or none; then it has written nothing. What the agent has already leased under the
/// same path is renewed, in the mode asked for. kInvalidArgument and kNotFound for a path; kTooLarge at a bound.
Expected<Acquired> AcquireLeases(store::Database& database, const Agent& agent, const LeaseRequest& request,
                                 const Moment& now);

struct Released {
  std::vector<std::string> paths;
  std::vector<std::string> not_held;  ///< Of those that were named.
};
/// Gives back the agent's leases on these paths, each as it was leased (a directory also without its slash); without
/// any, all that it has.
Expected<Released> ReleaseLeases(store::Database& database, const Agent& agent, std::span<const std::string_view> paths,
                                 std::string_view root, const Moment& now);

struct HeldLease {
  Lease lease;
  std::int64_t agent = 0;
  std::string agent_name;
};
/// All leases in force, the oldest first.
std::vector<HeldLease> ListLeases(store::Database& database, std::int64_t limit, const Moment& now);
/// How many there are.
std::int64_t CountLeases(store::Database& database, const Moment& now);
/// Those of one agent, the oldest first.
std::vector<Lease> LeasesOf(store::Database& database, const Agent& agent, const Moment& now);

/// Who wants to change a file. One or none of both.
struct Editor {
  std::int64_t agent = 0;           ///< 0: it is not said.
  std::string_view client_session;  ///< As its client calls it: all agents that live there. Empty: it is not said.
};
/// The leases that forbid an edit of one file: others' exclusive ones; and shared ones, unless the editor has one too.
/// At most limits::kMaxObstacles. A file outside of the project is nobody's.
Expected<std::vector<Obstacle>> FindForbidding(store::Database& database, std::string_view file, const Editor& editor,
                                               std::string_view root, const Moment& now);

/// `src/a.cc is leased exclusively by ag_000001 ("coder-1", as src/**) until 2026-11-21T08:30:00.000Z`
std::string Describe(const Obstacle& obstacle, const Moment& now);

}  // namespace skep::swarm
