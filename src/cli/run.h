#pragma once

#include <span>

#include "base/paths.h"
#include "cli/console.h"

namespace skep::cli {

/// The program: `args` is argv without its name. Returns the exit status.
int Run(std::span<const char* const> args, const Environment& environment, const Console& console);

}  // namespace skep::cli
