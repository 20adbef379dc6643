#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skep/context.h"
#include "skep/field.h"
#include "swarm/lease.h"

namespace skep::handlers {

/// A lease as its holder sees it.
struct LeaseView {
  std::string path;
  swarm::LeaseMode mode = swarm::LeaseMode::kExclusive;
  std::int64_t epoch = 0;
  Timestamp until;

  static constexpr Field kFields[] = {
      Req<&LeaseView::path>("path"),
      Req<&LeaseView::mode>("mode"),
      Req<&LeaseView::epoch>("epoch"),
      Req<&LeaseView::until>("until"),
  };
};
LeaseView View(const swarm::Lease& lease, const Moment& now);

/// Somebody else's lease that is in the way.
struct ObstacleView {
  std::string path;
  std::string leased_as;
  swarm::LeaseMode mode = swarm::LeaseMode::kExclusive;
  std::string agent_id;
  std::string name;
  Timestamp until;

  static constexpr Field kFields[] = {
      Req<&ObstacleView::path>("path", "What was asked for"),
      Req<&ObstacleView::leased_as>("leasedAs", "What is leased"),
      Req<&ObstacleView::mode>("mode"),
      Req<&ObstacleView::agent_id>("agentId", "The holder"),
      Req<&ObstacleView::name>("name"),
      Req<&ObstacleView::until>("until"),
  };
};
ObstacleView View(const swarm::Obstacle& obstacle, const Moment& now);

/// When a lease ends, by the wall clock. The same at every call as long as the lease and the wall clock are: the two
/// clocks, which are read one after the other and drift, are compared anew only when they have come half a second
/// apart.
Timestamp SteadyUntil(const swarm::Lease& lease, const Moment& now);

/// The project's directory; empty when it is not known.
std::string ProjectRoot(ToolContext& context);

/// The paths, with a slash behind those that are directories on the disk: whoever leases "src" means what is in it.
std::vector<std::string> MarkDirectories(std::span<const std::string_view> paths, const std::string& root);

}  // namespace skep::handlers
