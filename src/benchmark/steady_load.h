#pragma once

#include <functional>
#include <string>
#include <vector>

#include "benchmark/run.h"
#include "benchmark/slope.h"
#include "skep/error.h"

namespace skep::benchmark {

/// What a server was like while it was loaded, by seconds from the beginning. The first third of the time is left out,
/// in which the allocator finds its size.
struct Watched {
  double calls_per_s = 0;
  std::vector<Point> resident_bytes;
  std::vector<Point> anonymous_bytes;
  std::vector<Point> open_files;
  std::vector<Point> threads;
};

/// Asks a server of its own for so many seconds as fast as it answers, 16 requests in flight: pings, stores over 1,000
/// keys, retrieves, and searches. Nothing of that has to make it grow: before the time begins, its caches are filled.
Expected<Watched> LoadSteadily(Run& run, double seconds);

/// Growth that is called none: twice what the kernel counts in (a page for each 10 s is 1.4 MB/h) and far below what a
/// leak of one small object in 1,000 calls makes.
inline constexpr double kNoGrowthMBperH = 5;

}  // namespace skep::benchmark
