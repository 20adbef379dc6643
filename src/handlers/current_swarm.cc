#include "handlers/current_swarm.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"

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

Expected<swarm::Swarm> SwarmInView(ToolContext& context, std::optional<std::string_view> id_or_name) {
  return Choose(context, id_or_name);
}

Expected<swarm::Agent> AgentInView(ToolContext& context, std::string_view id_or_name) {
  store::Database& database = context.database();
  std::optional<std::string> swarm_id;
  if (const auto number = ParseId("ag", id_or_name)) swarm_id = swarm::SwarmIdOf(database, *number);
  const auto swarm = SwarmInView(context, swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  auto agent = swarm::FindAgent(database, *swarm, id_or_name);
  if (agent || agent.error().code != ErrorCode::kNotFound) return agent;
  std::vector<swarm::Agent> elsewhere = swarm::AgentsNamed(database, id_or_name);
  if (elsewhere.empty()) return agent;
  if (elsewhere.size() == 1) return std::move(elsewhere[0]);
  return Fail(ErrorCode::kConflict,
              fmt::format("several swarms have an agent \"{}\", as {} in {} and {} in {}: name it by its id",
                          Printable(id_or_name, limits::kMaxQuoted), elsewhere[0].id(), elsewhere[0].swarm_id(),
                          elsewhere[1].id(), elsewhere[1].swarm_id()));
}

}  // namespace skep::handlers
