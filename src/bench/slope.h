#pragma once

#include <optional>
#include <span>

namespace skep::bench {

struct Point {
  double x = 0;
  double y = 0;
};

/// How steeply y grows with x: the median of the slopes between all pairs (Theil 1950, Sen 1968), which a few odd
/// points do not move. Nothing of fewer than three points. Takes time with the square of their number.
std::optional<double> Slope(std::span<const Point> points);

/// By how much the most of y in the second half of x's range is above the most in the first half. What swings between
/// two bounds, as a heap does that is trimmed when there is a pause, does not grow by this. Nothing of fewer than four
/// points. REQUIRES: in the order of x.
std::optional<double> PeakGrowth(std::span<const Point> points);

}  // namespace skep::bench
