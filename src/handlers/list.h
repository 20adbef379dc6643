#pragma once

#include <span>
#include <string_view>

#include "skep/tool.h"

namespace skep::handlers {

/// Every tool, in the order in which they are listed: what an agent needs first stands first.
std::span<const Tool* const> AllTools();

/// The server's `instructions`: what a model that knows nothing else of skep has to know. At most 2 KB, because clients
/// cut there.
std::string_view Instructions();

}  // namespace skep::handlers
