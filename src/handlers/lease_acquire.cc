#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "handlers/acting.h"
#include "handlers/lease_results.h"
#include "skep/tool.h"
#include "swarm/lease.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view agent_id;
  std::vector<std::string_view> paths;
  swarm::LeaseMode mode = swarm::LeaseMode::kExclusive;
  std::int64_t ttl = limits::kLeaseS;
  std::int64_t wait = 0;

  static constexpr Field kFields[] = {
      Req<&Args::agent_id>("agentId"),
      Req<&Args::paths>("paths", "src/a.cc, src/ (all below), src/**/*.h", {1, limits::kMaxLeasePaths}),
      Opt<&Args::mode>("mode"),
      Opt<&Args::ttl>("ttl", {}, {1, limits::kMaxLeaseS}),
      Opt<&Args::wait>("wait", "Seconds to wait until they are free", {0, limits::kMaxWaitS}),
  };
};

struct Result {
  bool granted = false;
  std::vector<LeaseView> leases;
  std::optional<std::vector<ObstacleView>> blocked_by;
  std::optional<std::string> next;

  static constexpr Field kFields[] = {
      Req<&Result::granted>("granted", "All, or none"),
      Req<&Result::leases>("leases"),
      Opt<&Result::blocked_by>("blockedBy"),
      Opt<&Result::next>("next", "What to do now"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto agent = ActAs(context, args.agent_id);
  if (!agent) return std::unexpected(agent.error());
  const std::string root = ProjectRoot(context);
  const std::vector<std::string> marked = MarkDirectories(args.paths, root);
  const std::vector<std::string_view> paths(marked.begin(), marked.end());
  const Moment now = context.now();
  const auto acquired = swarm::AcquireLeases(context.database(), *agent,
                                             {.paths = paths, .mode = args.mode, .ttl_s = args.ttl, .root = root}, now);
  if (!acquired) return std::unexpected(acquired.error());
  Result result{.granted = acquired->obstacles.empty()};
  for (const swarm::Lease& lease : acquired->leases) result.leases.push_back(View(lease, now));
  if (result.granted) return result;

  result.blocked_by.emplace();
  for (const swarm::Obstacle& obstacle : acquired->obstacles) result.blocked_by->push_back(View(obstacle, now));
  const std::string& holder = acquired->obstacles.front().agent_id;
  context.NoteContention(acquired->obstacles.front().path);
  result.next = fmt::format(
      "nothing was leased, so do not edit these files: {}, ask {} with message_send, or work on something else",
      args.wait > 0 ? fmt::format("they were not free within {} s; call again to go on waiting", args.wait)
                    : "pass wait (seconds) to be given them when they are free",
      holder);
  if (args.wait > 0) context.WaitFor({.what = Wait::For::kLease, .key = 0, .ms = args.wait * 1000});
  return result;
}

}  // namespace

extern const Tool kLeaseAcquire = MakeTool<Run>({
    .name = "lease_acquire",
    .title = "Lease files",
    .description = "Call before editing: leases paths or globs of the project, all or none, so that no other agent "
                   "edits them. Again: renews.",
    .toolset = Toolset::kLeases,
    .always_load = true,
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
