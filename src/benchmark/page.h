#pragma once

#include <string>

#include "benchmark/export.h"

namespace skep::benchmark {

/// A report as one HTML page that needs nothing from elsewhere: where it ran, a plot and a table for each suite.
std::string WritePage(const Report& report);

}  // namespace skep::benchmark
