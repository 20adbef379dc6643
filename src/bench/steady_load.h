#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/run.h"
#include "bench/slope.h"
#include "skep/error.h"

namespace skep::bench {

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

/// Growth of the most anonymous memory, from the first half of the looks to the second, that is called none: the heap
/// swings by some MB, as it is trimmed when the store rests, and how high a swing goes differs by less than this. The
/// longer it is watched, the smaller a leak is that shows: 1 MB in half of 30 s is 240 MB/h, in half of 2 h 1 MB/h.
inline constexpr double kNoGrowthBytes = 1e6;

}  // namespace skep::bench
