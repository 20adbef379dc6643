#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "handlers/lease_results.h"
#include "handlers/list_room.h"
#include "handlers/task_view.h"
#include "skep/resource.h"
#include "swarm/lease.h"

// skep://leases

namespace skep::handlers {
namespace {

struct Args {
  static constexpr std::span<const Field> kFields = {};
};

struct HeldView {
  std::string path;
  swarm::LeaseMode mode = swarm::LeaseMode::kExclusive;
  std::string agent_id;
  std::string name;
  std::int64_t epoch = 0;
  Timestamp until;

  static constexpr Field kFields[] = {
      Req<&HeldView::path>("path"), Req<&HeldView::mode>("mode"),   Req<&HeldView::agent_id>("agentId", "The holder"),
      Req<&HeldView::name>("name"), Req<&HeldView::epoch>("epoch"), Req<&HeldView::until>("until"),
  };
};

struct Result {
  std::vector<HeldView> leases;
  std::optional<std::int64_t> more;

  static constexpr Field kFields[] = {
      Req<&Result::leases>("leases", "The oldest first"),
      Opt<&Result::more>("more", "How many are not shown"),
  };
};

Expected<Result> Run(const Args&, ToolContext& context) {
  const Moment now = context.now();
  Result result;
  ListRoom room;
  for (swarm::HeldLease& held : swarm::ListLeases(context.database(), limits::kMaxResourceRows, now)) {
    const Timestamp until = SteadyUntil(held.lease, now);
    HeldView view{.path = std::move(held.lease.path),
                  .mode = held.lease.mode,
                  .agent_id = AgentId(held.agent),
                  .name = std::move(held.agent_name),
                  .epoch = held.lease.epoch,
                  .until = until};
    if (!room.Take(view)) break;
    result.leases.push_back(std::move(view));
  }
  const std::int64_t more = swarm::CountLeases(context.database(), now) - std::ssize(result.leases);
  if (more > 0) result.more = more;
  return result;
}

}  // namespace

extern const Resource kResourceLeases = MakeResource<Run>({
    .uri = "skep://leases",
    .name = "leases",
    .title = "Leases",
    .description = "The files and globs that agents have leased, who holds each and until when.",
    .changes_with_time = true,
});

}  // namespace skep::handlers
