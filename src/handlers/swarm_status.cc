#include <optional>
#include <string_view>
#include <utility>

#include "handlers/current_swarm.h"
#include "handlers/swarm_results.h"
#include "skep/tool.h"

namespace skep::handlers {
namespace {

struct Args {
  std::optional<std::string_view> swarm_id;

  static constexpr Field kFields[] = {
      Opt<&Args::swarm_id>("swarmId"),
  };
};

Expected<SwarmView> Run(const Args& args, ToolContext& context) {
  auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  return View(*std::move(swarm), context.database());
}

}  // namespace

extern const Tool kSwarmStatus = MakeTool<Run>({
    .name = "swarm_status",
    .title = "Swarm status",
    .description = "Shows a swarm, and how many agents and tasks it has.",
    .hints = {.read_only = true},
});

}  // namespace skep::handlers
