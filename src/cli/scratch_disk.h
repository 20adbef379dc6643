#pragma once

#include <string>

#include "base/paths.h"
#include "cli/console.h"
#include "skep/error.h"

namespace skep::cli {

/// This program, as others can start it.
Expected<std::string> OwnProgram();

/// Where benchmarks and tests of load put what their servers write: the user's data directory, so that the disk is the
/// one that skep really uses, else /var/tmp. Says so where that is kept in memory, for then no durable figure means
/// anything.
Expected<std::string> ScratchDisk(const Environment& environment, const Console& console);

}  // namespace skep::cli
