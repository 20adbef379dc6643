#pragma once

#include <optional>
#include <span>

namespace skep::benchmark {

struct Point {
  double x = 0;
  double y = 0;
};

/// How steeply y grows with x: the median of the slopes between all pairs (Theil 1950, Sen 1968), which a few odd
/// points do not move. Nothing of fewer than three points. Takes time with the square of their number.
std::optional<double> Slope(std::span<const Point> points);

}  // namespace skep::benchmark
