#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/render.h"
#include "cli/settings.h"
#include "skep/error.h"

namespace skep::cli {

/// What a person looks at; each is also a JSON object.
enum class Look : std::uint8_t {
  kTasks,   ///< The current swarm's unfinished tasks.
  kLeases,  ///< The project's leases.
  kSwarm,   ///< The current swarm: who does what, what waits, what is leased.
};

/// kNotFound when no client has used skep for the project: to look must not make a store.
Expected<void> CheckUsed(const Settings& settings);

/// As JSON. kNotFound when the project has no swarm.
Expected<std::string> TakeSnapshot(const Settings& settings, Look look);

/// A snapshot for people.
std::string RenderSnapshot(std::string_view json, Look look, const Style& style);

}  // namespace skep::cli
