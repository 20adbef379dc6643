#pragma once

#include <cstdint>
#include <string>

#include "bench/run.h"
#include "skep/error.h"

namespace skep::bench {

/// What is left of a store whose server was killed while it wrote.
struct Survived {
  std::uint64_t acknowledged = 0;  ///< Entries that the server had said were stored.
  std::uint64_t found = 0;         ///< Of these: there afterwards, with their values.
  std::uint64_t missing = 0;
  std::string integrity;  ///< What SQLite's quick check says of the file: "ok", or the first thing that is wrong.
  std::string health;     ///< What health_check says of the store afterwards.
};

/// Stores entries of 1 KB for so many seconds, 64 in flight, kills the server in the middle of it, starts another on
/// what is there, and looks for each entry that was acknowledged.
Expected<Survived> KillWhileStoring(Run& run, double seconds);

}  // namespace skep::bench
