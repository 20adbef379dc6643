#include "bench/slope.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "load/statistics.h"

namespace skep::bench {

std::optional<double> Slope(std::span<const Point> points) {
  if (points.size() < 3) return std::nullopt;
  std::vector<double> slopes;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      if (points[j].x != points[i].x) slopes.push_back((points[j].y - points[i].y) / (points[j].x - points[i].x));
    }
  }
  return load::Median(slopes);
}

std::optional<double> PeakGrowth(std::span<const Point> points) {
  if (points.size() < 4) return std::nullopt;
  const double middle = (points.front().x + points.back().x) / 2;
  double before = points.front().y;
  double after = points.back().y;
  for (const Point& point : points) {
    double& peak = point.x < middle ? before : after;
    peak = std::max(peak, point.y);
  }
  return after - before;
}

}  // namespace skep::bench
