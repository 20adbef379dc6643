#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/printable.h"
#include "skep/ask.h"
#include "skep/tool.h"
#include "swarm/swarm.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view swarm_id;

  static constexpr Field kFields[] = {
      Req<&Args::swarm_id>("swarmId", "Id or name; never left out here"),
  };
};

struct Result {
  std::string swarm_id;
  std::string name;
  swarm::SwarmStatus status = swarm::SwarmStatus::kDestroyed;
  std::int64_t agents_released = 0;
  std::int64_t tasks_cancelled = 0;
  std::int64_t leases_released = 0;

  static constexpr Field kFields[] = {
      Req<&Result::swarm_id>("swarmId"),
      Req<&Result::name>("name"),
      Req<&Result::status>("status"),
      Req<&Result::agents_released>("agentsReleased", "Agents that were alive and are offline now"),
      Req<&Result::tasks_cancelled>("tasksCancelled", "Tasks that were not finished"),
      Req<&Result::leases_released>("leasesReleased"),
  };
};

/// What a person is asked before work is thrown away.
struct Confirmation {
  bool destroy = false;

  static constexpr Field kFields[] = {
      Req<&Confirmation::destroy>("destroy", "Cancel the unfinished tasks and destroy the swarm"),
  };
};

std::string Describe(const swarm::Destroyed& destroyed) {
  return fmt::format("Destroy swarm {} (\"{}\")? It has {} unfinished {} and {} {} alive.", destroyed.swarm.id(),
                     Printable(destroyed.swarm.name), destroyed.tasks, destroyed.tasks == 1 ? "task" : "tasks",
                     destroyed.agents, destroyed.agents == 1 ? "agent" : "agents");
}

Expected<Result> Run(const Args& args, ToolContext& context) {
  auto destroyed = swarm::DestroySwarm(context.database(), args.swarm_id, context.now_ms());
  if (!destroyed) return std::unexpected(destroyed.error());
  if (destroyed->tasks > 0) {
    // As long as there is no answer, the swarm lives: what was written is undone.
    const auto answer = AskForm<Confirmation>(context, "confirm_" + destroyed->swarm.id(), Describe(*destroyed));
    if (answer.pending()) return Result{};
    const bool confirmed = answer.unavailable() || (answer.accepted() && answer.form.destroy);
    if (!confirmed) {
      return Fail(ErrorCode::kCancelled, answer.outcome == Answer::Outcome::kDismissed
                                             ? "nobody has confirmed that the swarm is to be destroyed: it lives on"
                                             : "the person at the client wants to keep the swarm: it lives on");
    }
  }
  return Result{.swarm_id = destroyed->swarm.id(),
                .name = std::move(destroyed->swarm.name),
                .status = destroyed->swarm.status,
                .agents_released = destroyed->agents,
                .tasks_cancelled = destroyed->tasks,
                .leases_released = destroyed->leases};
}

}  // namespace

extern const Tool kSwarmDestroy = MakeTool<Run>({
    .name = "swarm_destroy",
    .title = "Destroy a swarm",
    .description =
        "Ends a swarm: its agents go offline, unfinished tasks are cancelled. What was stored in memory stays.",
    .hints = {.destructive = true},
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
