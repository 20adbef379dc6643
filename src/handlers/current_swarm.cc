#include "handlers/current_swarm.h"

#include "base/id.h"

namespace skep::handlers {
namespace {

Expected<swarm::Swarm> Choose(ToolContext& context, std::optional<std::string_view> id_or_name) {
  store::Database& database = context.database();
  if (id_or_name) return swarm::FindSwarm(database, *id_or_name);
  if (const std::int64_t last = context.session().current_swarm; last != 0) {
    auto found = swarm::FindSwarm(database, FormatId("sw", last));
    if (found && found->status == swarm::SwarmStatus::kActive) return found;
  }
  if (auto newest = swarm::NewestActive(database)) return *std::move(newest);
  return Fail(ErrorCode::kNotFound, "this project has no active swarm: make one with swarm_init");
}

}  // namespace

Expected<swarm::Swarm> CurrentSwarm(ToolContext& context, std::optional<std::string_view> id_or_name) {
  auto found = Choose(context, id_or_name);
  if (found && found->status == swarm::SwarmStatus::kActive) context.session().current_swarm = found->number;
  return found;
}

}  // namespace skep::handlers
