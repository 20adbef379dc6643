#include "swarm/lease.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "handlers/acting.h"
#include "handlers/lease_results.h"
#include "skep/tool.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view agent_id;
  std::vector<std::string_view> paths;

  static constexpr Field kFields[] = {
      Req<&Args::agent_id>("agentId"),
      Opt<&Args::paths>("paths", "As they were leased; all when left out", {.max = limits::kMaxAgentLeases}),
  };
};

struct Result {
  std::vector<std::string> released;
  std::optional<std::vector<std::string>> not_held;

  static constexpr Field kFields[] = {
      Req<&Result::released>("released"),
      Opt<&Result::not_held>("notHeld", "Named, but not leased by this agent"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto agent = ActAs(context, args.agent_id);
  if (!agent) return std::unexpected(agent.error());
  const std::string root = ProjectRoot(context);
  auto released = swarm::ReleaseLeases(context.database(), *agent, args.paths, root, context.now());
  if (!released) return std::unexpected(std::move(released.error()));
  Result result{.released = std::move(released->paths)};
  if (!released->not_held.empty()) result.not_held = std::move(released->not_held);
  return result;
}

}  // namespace

extern const Tool kLeaseRelease = MakeTool<Run>({
    .name = "lease_release",
    .title = "Give leases back",
    .description = "Call when the edit is done.",
    .hints = {.idempotent = true},
    .toolset = Toolset::kLeases,
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
