#pragma once

#include <string>

#include "bench/compare.h"
#include "bench/export.h"
#include "cli/render.h"

namespace skep::cli {

/// A report for people: where it ran, a table for each suite, and what has to be known to read it. Figures of several
/// subjects (topologies, numbers of agents) stand side by side.
std::string TextOf(const bench::Report& report, const Style& style);

/// A line for each figure, and nothing else.
std::string LinesOf(const bench::Report& report, const Style& style);

/// Row by row what became of what, and how many are better or worse.
std::string TextOf(const bench::Comparison& comparison, const Style& style);

}  // namespace skep::cli
