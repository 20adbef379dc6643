#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/run.h"
#include "skep/error.h"

namespace skep::bench {

/// Measures for about so many seconds. What cannot be measured is a row that says why.
using SuiteFunction = void (*)(Run& run, double seconds);

struct Suite {
  std::string_view name;
  std::string_view summary;
  double seconds = 10;  ///< Unless something else is asked for.
  /// From so many on it keeps to them, about: with fewer, what it sets up and two repetitions of each take longer. As
  /// they were found on two slow processors.
  double least_s = 1;
  SuiteFunction function = nullptr;
};
/// In the order in which they are listed.
std::span<const Suite> Suites();

/// The suite of that name; else kInvalidArgument, with the names that there are and the nearest.
Expected<const Suite*> FindSuite(std::string_view name);

/// Suites whose time is the sum of their parts'.
void Quick(Run& run, double seconds);
void Comprehensive(Run& run, double seconds);

// One file each.
void Transport(Run& run, double seconds);
void Correlation(Run& run, double seconds);
void Memory(Run& run, double seconds);
void Agents(Run& run, double seconds);
void Tasks(Run& run, double seconds);
void Coordination(Run& run, double seconds);
void Topologies(Run& run, double seconds);
void Scaling(Run& run, double seconds);
void Filesystem(Run& run, double seconds);
void Soak(Run& run, double seconds);

}  // namespace skep::bench
