#pragma once

#include <span>
#include <string_view>

#include "skep/resource.h"
#include "skep/tool.h"

namespace skep::handlers {

/// Every tool, in the order in which they are listed: what an agent needs first stands first.
std::span<const Tool* const> AllTools();

/// Every resource, in the order in which they are listed.
std::span<const Resource* const> AllResources();

/// Every prompt, in the order in which they are listed.
std::span<const Prompt* const> AllPrompts();

/// Those that a client is told of unless it is asked otherwise: what an agent works with.
inline constexpr Toolset kDefaultToolsets[] = {Toolset::kCore, Toolset::kTasks, Toolset::kLeases, Toolset::kMessages};

/// The server's `instructions`: what a model that knows nothing else of skep has to know. At most 2 KB, because clients
/// cut there.
std::string_view Instructions();

}  // namespace skep::handlers
