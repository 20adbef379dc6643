#pragma once

#include <optional>
#include <string_view>

#include "skep/context.h"
#include "skep/error.h"
#include "swarm/swarm.h"

namespace skep::handlers {

/// The swarm that a call means: the one it names; else the one its session last made or used, if that is still active;
/// else the project's newest active one. The session then remembers it. kNotFound says how to make one.
Expected<swarm::Swarm> CurrentSwarm(ToolContext& context, std::optional<std::string_view> id_or_name);

}  // namespace skep::handlers
