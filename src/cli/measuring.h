#pragma once

#include <functional>
#include <string>

#include "bench/export.h"
#include "bench/run.h"
#include "cli/console.h"

namespace skep::cli {

/// Runs what is to be measured, with progress on standard error, until it is done or someone wants it to end: by a
/// signal, or, if `attached`, by the end of standard input.
bench::Report MeasureAndReport(const bench::Options& options, std::string_view what, double seconds, bool attached,
                               const std::function<void(bench::Run&, double seconds)>& function,
                               const Console& console);

}  // namespace skep::cli
