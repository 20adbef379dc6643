#include "bench/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace skep::bench {
namespace {

bool SameFigure(const Row& one, const Row& other) {
  return one.suite == other.suite && one.figure.subject == other.figure.subject &&
         one.figure.name == other.figure.name && one.figure.unit == other.figure.unit;
}

bool Overlap(const Interval& one, const Interval& other) { return one.low <= other.high && other.low <= one.high; }

Difference Between(const Row& before, const Row& after) {
  Difference difference{.before = before, .after = after};
  if (!before.median || !after.median || *before.median == 0) return difference;
  difference.ratio = *after.median / *before.median;
  if (!before.interval || !after.interval) return difference;
  const double grown = *difference.ratio - 1;
  if (Overlap(*before.interval, *after.interval) || std::abs(grown) < kWorth) {
    difference.verdict = Verdict::kNoDifference;
  } else {
    const bool better = (grown > 0) == (after.figure.better == Better::kHigher);
    difference.verdict = better ? Verdict::kBetter : Verdict::kWorse;
  }
  return difference;
}

void Caution(const Report& before, const Report& after, std::vector<std::string>& caution) {
  const auto differs = [&](std::string_view what, const std::string& one, const std::string& other) {
    if (one != other) caution.push_back(fmt::format("{}: {}, then {}", what, one, other));
  };
  differs("processor", before.around.machine.processor, after.around.machine.processor);
  differs("cores", fmt::format("{}", before.around.machine.cores), fmt::format("{}", after.around.machine.cores));
  differs("disk", before.around.filesystem, after.around.filesystem);
  differs("kernel", before.around.machine.kernel, after.around.machine.kernel);
  differs("suite", before.what, after.what);
  if (before.interrupted) caution.emplace_back("the first run was interrupted");
  if (after.interrupted) caution.emplace_back("the second run was interrupted");
}

}  // namespace

std::int64_t Comparison::Count(Verdict verdict) const {
  return std::ranges::count(rows, verdict, &Difference::verdict);
}

Comparison Compare(const Report& before, const Report& after) {
  Comparison comparison;
  Caution(before, after, comparison.caution);
  for (const Row& row : before.rows) {
    const auto same = std::ranges::find_if(after.rows, [&](const Row& other) { return SameFigure(row, other); });
    comparison.rows.push_back(same != after.rows.end() ? Between(row, *same)
                                                       : Difference{.before = row, .after = {.figure = row.figure}});
  }
  for (const Row& row : after.rows) {
    const bool known = std::ranges::any_of(before.rows, [&](const Row& other) { return SameFigure(row, other); });
    if (!known) comparison.rows.push_back({.before = {.suite = row.suite, .figure = row.figure}, .after = row});
  }
  return comparison;
}

std::string ToJson(const Comparison& comparison) {
  using Json = nlohmann::ordered_json;
  const auto optional = [](const std::optional<double>& value) { return value ? Json(*value) : Json(); };
  Json rows = Json::array();
  for (const Difference& row : comparison.rows) {
    rows.push_back({{"suite", row.before.suite.empty() ? row.after.suite : row.before.suite},
                    {"subject", row.after.figure.subject},
                    {"name", row.after.figure.name},
                    {"unit", row.after.figure.unit},
                    {"before", optional(row.before.median)},
                    {"after", optional(row.after.median)},
                    {"ratio", optional(row.ratio)},
                    {"verdict", Names(Verdict{})[static_cast<std::size_t>(row.verdict)]}});
  }
  const Json json = {{"worse", comparison.Count(Verdict::kWorse)},
                     {"better", comparison.Count(Verdict::kBetter)},
                     {"cautions", comparison.caution},
                     {"rows", std::move(rows)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace skep::bench
