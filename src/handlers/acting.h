#pragma once

#include <string_view>

#include "skep/context.h"
#include "skep/error.h"
#include "swarm/agent.h"
#include "swarm/swarm.h"

namespace skep::handlers {

/// The agent that a call acts as, by id or name. From then on it lives in the call's session, and is no longer offline
/// if it was. In a write. kNotFound; kConflict when it cannot come back because its swarm is full.
Expected<swarm::Agent> ActAs(ToolContext& context, const swarm::Swarm& swarm, std::string_view id_or_name);

/// The same where the swarm was not named: the agent's own, by its id; the current one; else the only active one that
/// has an agent of the name. kConflict when several have.
Expected<swarm::Agent> ActAs(ToolContext& context, std::string_view id_or_name);

}  // namespace skep::handlers
