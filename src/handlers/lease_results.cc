#include "handlers/lease_results.h"

#include <algorithm>

#include "base/paths.h"
#include "store/database.h"

namespace skep::handlers {

LeaseView View(const swarm::Lease& lease, const Moment& now) {
  return {.path = lease.path, .mode = lease.mode, .epoch = lease.epoch, .until = {lease.UntilMs(now)}};
}

ObstacleView View(const swarm::Obstacle& obstacle, const Moment& now) {
  return {.path = obstacle.path,
          .leased_as = obstacle.lease.path,
          .mode = obstacle.lease.mode,
          .agent_id = obstacle.agent_id,
          .name = obstacle.agent_name,
          .until = {obstacle.lease.UntilMs(now)}};
}

std::string RootFor(ToolContext& context, std::span<const std::string_view> paths) {
  const bool absolute = std::ranges::any_of(paths, [](std::string_view path) { return path.starts_with('/'); });
  return absolute ? ProjectOfDatabase(context.database().path()) : std::string();
}

}  // namespace skep::handlers
