#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "handlers/completers.h"
#include "handlers/list_room.h"
#include "handlers/swarm_results.h"
#include "handlers/task_view.h"
#include "skep/resource.h"
#include "swarm/swarm.h"

// skep://swarms and skep://swarm/{id}

namespace skep::handlers {
namespace {

struct NoArgs {
  static constexpr std::span<const Field> kFields = {};
};

struct SwarmRow {
  std::string swarm_id;
  std::string name;
  swarm::Topology topology = swarm::Topology::kMesh;
  swarm::SwarmStatus status = swarm::SwarmStatus::kActive;
  std::optional<std::string> objective;
  std::int64_t agents = 0;
  TaskCounts tasks;
  Timestamp created_at;

  static constexpr Field kFields[] = {
      Req<&SwarmRow::swarm_id>("swarmId"),    Req<&SwarmRow::name>("name"),
      Req<&SwarmRow::topology>("topology"),   Req<&SwarmRow::status>("status"),
      Opt<&SwarmRow::objective>("objective"), Req<&SwarmRow::agents>("agents", "Alive"),
      Req<&SwarmRow::tasks>("tasks"),         Req<&SwarmRow::created_at>("createdAt"),
  };
};

struct SwarmList {
  std::vector<SwarmRow> swarms;
  std::optional<std::int64_t> more;

  static constexpr Field kFields[] = {
      Req<&SwarmList::swarms>("swarms", "Active ones, then destroyed ones, the newest of each first"),
      Opt<&SwarmList::more>("more", "How many are not shown"),
  };
};

Expected<SwarmList> ReadSwarms(const NoArgs&, ToolContext& context) {
  store::Database& database = context.database();
  SwarmList list;
  ListRoom room;
  for (swarm::Swarm& swarm : swarm::ListSwarms(database, limits::kMaxResourceRows)) {
    SwarmRow row{.swarm_id = swarm.id(),
                 .name = std::move(swarm.name),
                 .topology = swarm.topology,
                 .status = swarm.status,
                 .objective = {},
                 .agents = swarm.alive_agents,
                 .tasks = CountsOf(database, swarm),
                 .created_at = {swarm.created_ms}};
    if (!swarm.objective.empty()) row.objective = std::move(swarm.objective);
    if (!room.Take(row)) break;
    list.swarms.push_back(std::move(row));
  }
  if (const std::int64_t all = swarm::TakeCensus(database).swarms; all > std::ssize(list.swarms)) {
    list.more = all - std::ssize(list.swarms);
  }
  return list;
}

struct OneArgs {
  std::string_view id;

  static constexpr Field kFields[] = {
      Req<&OneArgs::id>("id", "A swarm's id or name"),
  };
};

Expected<SwarmView> ReadSwarm(const OneArgs& args, ToolContext& context) {
  auto swarm = swarm::FindSwarm(context.database(), args.id);
  if (!swarm) return std::unexpected(swarm.error());
  return View(*std::move(swarm), context.database());
}

std::vector<ListedResource> ListSwarmResources(ToolContext& context, std::int64_t after, std::int64_t limit) {
  std::vector<ListedResource> listed;
  for (swarm::Swarm& swarm : swarm::ListActive(context.database(), after, limit)) {
    const std::string id = swarm.id();
    listed.push_back({.number = swarm.number, .uri = "skep://swarm/" + id, .name = id, .title = std::move(swarm.name)});
  }
  return listed;
}

constexpr Completer kCompleters[] = {{"id", OfferSwarms}};

}  // namespace

extern const Resource kResourceSwarms = MakeResource<ReadSwarms>({
    .uri = "skep://swarms",
    .name = "swarms",
    .title = "Swarms",
    .description = "The project's swarms, with how many agents and tasks each has.",
});

extern const Resource kResourceSwarm = MakeResource<ReadSwarm>({
    .uri = "skep://swarm/{id}",
    .name = "swarm",
    .title = "Swarm",
    .description = "One swarm: how it is wired, its agents by state and type, its tasks by state.",
    .completers = kCompleters,
    .list = ListSwarmResources,
});

}  // namespace skep::handlers
