#include "handlers/lease_results.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <system_error>

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

Timestamp SteadyUntil(const swarm::Lease& lease, const Moment& now) {
  static constexpr std::int64_t kToleratedMs = 500;
  static std::atomic<std::int64_t> apart = 0;
  const std::int64_t measured = now.wall_ms - now.boot_ms;
  std::int64_t used = apart;
  if (std::abs(measured - used) > kToleratedMs) apart = used = measured;
  return {lease.deadline + used};
}

std::string ProjectRoot(ToolContext& context) { return ProjectOfDatabase(context.database().path()); }

std::vector<std::string> MarkDirectories(std::span<const std::string_view> paths, const std::string& root) {
  std::vector<std::string> marked(paths.begin(), paths.end());
  for (std::string& path : marked) {
    std::error_code ignored;
    const bool named = !root.empty() && !path.empty() && !path.ends_with('/');
    if (named && std::filesystem::is_directory(std::filesystem::path(root) / path, ignored)) path += '/';
  }
  return marked;
}

}  // namespace skep::handlers
