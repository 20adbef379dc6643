#include "handlers/acting.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "handlers/current_swarm.h"

namespace skep::handlers {

Expected<swarm::Agent> ActAs(ToolContext& context, const swarm::Swarm& swarm, std::string_view id_or_name) {
  auto agent = swarm::FindAgent(context.database(), swarm, id_or_name);
  if (!agent) return agent;
  if (auto bound = swarm::BindAgent(context.database(), swarm, *agent, context.SessionRow(), context.now_ms());
      !bound) {
    return std::unexpected(std::move(bound.error()));
  }
  return agent;
}

Expected<swarm::Agent> ActAs(ToolContext& context, std::string_view id_or_name) {
  if (const auto number = ParseId("ag", id_or_name)) {
    if (const auto swarm_id = swarm::SwarmIdOf(context.database(), *number)) {
      const auto swarm = CurrentSwarm(context, *swarm_id);
      if (!swarm) return std::unexpected(swarm.error());
      return ActAs(context, *swarm, id_or_name);
    }
  }
  const auto swarm = CurrentSwarm(context, std::nullopt);
  if (!swarm) return std::unexpected(swarm.error());
  auto agent = ActAs(context, *swarm, id_or_name);
  if (agent || agent.error().code != ErrorCode::kNotFound) return agent;
  // A session that has not used a swarm yet may well mean one of another swarm.
  const std::vector<swarm::Agent> elsewhere = swarm::AgentsNamed(context.database(), id_or_name);
  if (elsewhere.empty()) return agent;
  if (elsewhere.size() > 1) {
    return Fail(ErrorCode::kConflict,
                fmt::format("several swarms have an agent \"{}\", as {} in {} and {} in {}: act by the id",
                            Printable(id_or_name, limits::kMaxQuoted), elsewhere[0].id(), elsewhere[0].swarm_id(),
                            elsewhere[1].id(), elsewhere[1].swarm_id()));
  }
  const auto other = CurrentSwarm(context, elsewhere[0].swarm_id());
  if (!other) return std::unexpected(other.error());
  return ActAs(context, *other, id_or_name);
}

}  // namespace skep::handlers
