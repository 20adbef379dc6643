#pragma once

#include <string>

/// What `skep COMMAND ACTION --help` says behind the options of those that measure: what is done unless something else
/// is asked for, what the exit statuses mean, examples.
namespace skep::cli {

/// Of both actions.
std::string BenchmarkHelp();
std::string BenchmarkRunHelp();
std::string BenchmarkCompareHelp();
std::string PerfQuickHelp();
std::string TestHelp();
std::string ProfileMemoryHelp();

}  // namespace skep::cli
