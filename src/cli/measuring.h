#pragma once

#include <functional>
#include <string>

#include "benchmark/export.h"
#include "benchmark/run.h"
#include "cli/console.h"

namespace skep::cli {

/// Runs what is to be measured, with progress on standard error, until it is done or someone wants it to end: by a
/// signal, or, if `attached`, by the end of standard input.
benchmark::Report MeasureAndReport(const benchmark::Options& options, std::string_view what, double seconds,
                                   bool attached, const std::function<void(benchmark::Run&, double seconds)>& function,
                                   const Console& console);

}  // namespace skep::cli
