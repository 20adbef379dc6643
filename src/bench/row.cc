#include "bench/row.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace skep::bench {

std::optional<bool> Met(const Row& row) {
  if (!row.figure.required || !row.median) return std::nullopt;
  return row.figure.better == Better::kHigher ? *row.median >= *row.figure.required
                                              : *row.median <= *row.figure.required;
}

bool AnyFigure(std::span<const Row> rows) {
  return std::ranges::any_of(rows, [](const Row& row) { return row.median.has_value(); });
}

Row Summarise(std::string_view suite, Figure figure, std::span<const double> values, std::string_view floor_name,
              std::span<const double> floors, std::uint64_t seed) {
  Row row{.suite = std::string(suite), .figure = std::move(figure), .floor = {.name = std::string(floor_name)}};
  row.samples = static_cast<std::int64_t>(values.size());
  row.median = load::Median(values);
  if (const auto interval = load::BootstrapInterval(values, seed)) row.interval = {interval->low, interval->high};
  row.floor.median = load::Median(floors);
  if (floors.size() != values.size()) return row;
  if (const auto ratio = load::RatioOfMedians(values, floors, seed)) {
    row.ratio = ratio->value;
    if (ratio->range) row.ratio_interval = {ratio->range->low, ratio->range->high};
  }
  return row;
}

Row NoData(std::string_view suite, Figure figure, std::string_view why) {
  figure.note = fmt::format("no data: {}", why);
  return {.suite = std::string(suite), .figure = std::move(figure)};
}

Row Single(std::string_view suite, Figure figure, double value) {
  return {.suite = std::string(suite), .figure = std::move(figure), .samples = 1, .once = true, .median = value};
}

}  // namespace skep::bench
