#pragma once

#include <string>

#include "load/load.h"

namespace skep::load {

/// A line of how far a run is: "4.2 of 10 s  1,999/s  p50 112 µs  p99 1.2 ms  0 errors".
std::string ProgressText(const Plan& plan, const Outcome& so_far);

}  // namespace skep::load
