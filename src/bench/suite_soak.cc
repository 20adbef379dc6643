#include <fmt/format.h>

#include <string>
#include <utility>

#include "bench/steady_load.h"
#include "bench/suites.h"

namespace skep::bench {
namespace {

constexpr std::string_view kSuite = "soak";
/// A heap swings by some megabytes within seconds, which would be a thousand an hour.
constexpr double kLeastSlopeS = 60;

void AddSlope(Run& run, Figure figure, std::span<const Point> points, double scale) {
  const auto slope = Slope(points);
  if (!slope || points.back().x - points.front().x < kLeastSlopeS) {
    return run.Add(NoData(kSuite, std::move(figure), "a slope says something from a minute on: --duration 90"));
  }
  figure.note = fmt::format("{} looks over {:.0f} s, the median slope between any two", points.size(),
                            points.back().x - points.front().x);
  Row row = Single(kSuite, std::move(figure), *slope * scale);
  row.samples = static_cast<std::int64_t>(points.size());
  run.Add(std::move(row));
}

}  // namespace

void Soak(Run& run, double seconds) {
  const auto watched = LoadSteadily(run, seconds);
  const Figure calls{.name = "calls",
                     .unit = "/s",
                     .better = Better::kHigher,
                     .note = "pings, stores over 1,000 keys, retrieves and searches, 16 in flight"};
  if (!watched) return run.AddNoData(kSuite, {calls}, watched.error().message);
  run.Add(Single(kSuite, calls, watched->calls_per_s));
  if (!watched->resident_bytes.empty()) {
    run.Add(Single(kSuite, {.name = "resident, at the end", .unit = "MB"}, watched->resident_bytes.back().y / 1e6));
  }
  if (const auto growth = PeakGrowth(watched->anonymous_bytes)) {
    run.Add(Single(kSuite,
                   {.name = "anonymous, most in the second half beyond the first",
                    .unit = "MB",
                    .note = fmt::format("up to {:.0f} MB is the heap's play", kNoGrowthBytes / 1e6),
                    .required = kNoGrowthBytes / 1e6},
                   *growth / 1e6));
  }
  AddSlope(run, {.name = "anonymous, growth", .unit = "MB/h"}, watched->anonymous_bytes, 3600 / 1e6);
  AddSlope(run, {.name = "descriptors, growth", .unit = "/h", .required = 0}, watched->open_files, 3600);
  AddSlope(run, {.name = "threads, growth", .unit = "/h", .required = 0}, watched->threads, 3600);
}

}  // namespace skep::bench
