#pragma once

#include <string>

#include "bench/export.h"

namespace skep::bench {

/// A report as one HTML page that needs nothing from elsewhere: where it ran, a plot and a table for each suite.
std::string WritePage(const Report& report);

}  // namespace skep::bench
