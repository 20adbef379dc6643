#include "handlers/acting.h"

#include <optional>

#include "base/id.h"
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
  std::optional<std::string> swarm_id;
  if (const auto number = ParseId("ag", id_or_name)) {
    swarm_id = swarm::SwarmIdOf(context.database(), *number);
  }
  const auto swarm = swarm_id ? CurrentSwarm(context, *swarm_id) : CurrentSwarm(context, std::nullopt);
  if (!swarm) return std::unexpected(swarm.error());
  return ActAs(context, *swarm, id_or_name);
}

}  // namespace skep::handlers
