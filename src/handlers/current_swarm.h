#pragma once

#include <optional>
#include <string_view>

#include "skep/context.h"
#include "skep/error.h"
#include "swarm/agent.h"
#include "swarm/swarm.h"

namespace skep::handlers {

/// The swarm that a call means: the one it names; else the one its session last made or used, if that is still active;
/// else the project's newest active one. The session then remembers it. kNotFound says how to make one.
Expected<swarm::Swarm> CurrentSwarm(ToolContext& context, std::optional<std::string_view> id_or_name);

/// The same for who only looks: the session remembers nothing, and acts on the swarm that it acted on before.
Expected<swarm::Swarm> SwarmInView(ToolContext& context, std::optional<std::string_view> id_or_name);

/// An agent by its id, or by its name: in the swarm in view, else the only one of an active swarm that has it.
/// kConflict when several have.
Expected<swarm::Agent> AgentInView(ToolContext& context, std::string_view id_or_name);

}  // namespace skep::handlers
