#include "bench/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "bench/beside.h"

namespace skep::bench {
namespace {

/// A load average from which other work ran, for exports that do not have how much there was.
constexpr double kBusyLoad = 0.5;

bool SameFigure(const Row& one, const Row& other) {
  return one.suite == other.suite && one.figure.subject == other.figure.subject &&
         one.figure.name == other.figure.name && one.figure.unit == other.figure.unit;
}

bool Overlap(const Interval& one, const Interval& other) { return one.low <= other.high && other.low <= one.high; }

/// Why there is no interval.
std::string WithoutInterval(const Row& row, Basis basis, std::string_view run) {
  if (row.once) return fmt::format("counted once in the {} run: no interval", run);
  if (row.samples < kLeastForInterval) {
    return fmt::format("n = {} in the {} run: an interval takes {}", row.samples, run, kLeastForInterval);
  }
  return basis == Basis::kRatio ? fmt::format("the {} run has no interval of the ratio", run)
                                : fmt::format("the {} run has no interval", run);
}

Difference Between(const Row& before, const Row& after) {
  Difference difference{.before = before, .after = after};
  const auto lacking = [&](std::string why) {
    difference.why = std::move(why);
    return difference;
  };
  if (!before.median) return lacking("no data in the first run");
  if (!after.median) return lacking("no data in the second run");
  if (before.floor.name != after.floor.name) {
    return lacking(fmt::format("beside another floor: {}, then {}",
                               before.floor.name.empty() ? "none" : before.floor.name,
                               after.floor.name.empty() ? "none" : after.floor.name));
  }
  if (!before.floor.name.empty()) difference.basis = Basis::kRatio;
  const Estimate was = EstimateOf(before, difference.basis);
  const Estimate is = EstimateOf(after, difference.basis);
  if (!was.value || !is.value) return lacking(fmt::format("no floor in the {} run", was.value ? "second" : "first"));
  if (*was.value <= 0 || *is.value <= 0) {
    return lacking(fmt::format("{:.3g}, then {:.3g}: both have to be above 0 for a ratio", *was.value, *is.value));
  }
  difference.change = *is.value / *was.value;
  if (!was.interval) return lacking(WithoutInterval(before, difference.basis, "first"));
  if (!is.interval) return lacking(WithoutInterval(after, difference.basis, "second"));
  const double grown = *difference.change - 1;
  if (Overlap(*was.interval, *is.interval) || std::abs(grown) < kWorth) {
    difference.verdict = Verdict::kNoDifference;
  } else {
    const bool better = (grown > 0) == (after.figure.better == Better::kHigher);
    difference.verdict = better ? Verdict::kBetter : Verdict::kWorse;
  }
  return difference;
}

/// How busy the machine was with other work, and whether too busy for absolute figures.
struct Business {
  std::string text;
  bool disturbs = false;
};

Business BusinessOf(const Report& report) {
  const load::Machine& machine = report.around.machine;
  if (report.others_cores) {
    return {fmt::format("other work took {:.2f} of {} cores", *report.others_cores, machine.online_cores),
            Disturbs(*report.others_cores, machine.online_cores)};
  }
  if (!machine.load) return {"not known", false};
  return {fmt::format("load average {:.2f} before it", *machine.load),
          *machine.load > kBusyLoad * static_cast<double>(machine.online_cores)};
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
  const Business was = BusinessOf(before);
  const Business is = BusinessOf(after);
  if (was.disturbs || is.disturbs) {
    caution.push_back(
        fmt::format("a busy machine: {}, then {}: what is judged by its figure means little then", was.text, is.text));
  }
}

}  // namespace

Estimate EstimateOf(const Row& row, Basis basis) {
  return basis == Basis::kRatio ? Estimate{row.ratio, row.ratio_interval} : Estimate{row.median, row.interval};
}

std::int64_t Comparison::Count(Verdict verdict) const {
  return std::ranges::count(rows, verdict, &Difference::verdict);
}

std::int64_t Comparison::Count(Verdict verdict, Basis basis) const {
  return std::ranges::count_if(rows,
                               [&](const Difference& row) { return row.verdict == verdict && row.basis == basis; });
}

Comparison Compare(const Report& before, const Report& after) {
  Comparison comparison;
  Caution(before, after, comparison.caution);
  for (const Row& row : before.rows) {
    const auto same = std::ranges::find_if(after.rows, [&](const Row& other) { return SameFigure(row, other); });
    comparison.rows.push_back(
        same != after.rows.end()
            ? Between(row, *same)
            : Difference{.before = row, .after = {.figure = row.figure}, .why = "only in the first run"});
  }
  for (const Row& row : after.rows) {
    const bool known = std::ranges::any_of(before.rows, [&](const Row& other) { return SameFigure(row, other); });
    if (known) continue;
    comparison.rows.push_back(
        {.before = {.suite = row.suite, .figure = row.figure}, .after = row, .why = "only in the second run"});
  }
  return comparison;
}

std::string ToJson(const Comparison& comparison) {
  using Json = nlohmann::ordered_json;
  const auto optional = [](const std::optional<double>& value) { return value ? Json(*value) : Json(); };
  const auto estimate = [&](const Row& row, Basis basis) {
    const Estimate one = EstimateOf(row, basis);
    Json json = {{"value", optional(one.value)}};
    if (one.interval) json["interval"] = {one.interval->low, one.interval->high};
    json["samples"] = row.samples;
    return json;
  };
  Json rows = Json::array();
  for (const Difference& row : comparison.rows) {
    const Figure& figure = row.after.figure;
    Json json = {{"suite", row.before.suite.empty() ? row.after.suite : row.before.suite},
                 {"subject", figure.subject},
                 {"name", figure.name},
                 {"unit", figure.unit},
                 {"better", figure.better == Better::kHigher ? "higher" : "lower"}};
    if (row.change) json["judgedBy"] = Names(Basis{})[static_cast<std::size_t>(row.basis)];
    if (row.basis == Basis::kRatio) json["floor"] = row.after.floor.name;
    json["before"] = estimate(row.before, row.basis);
    json["after"] = estimate(row.after, row.basis);
    json["change"] = optional(row.change);
    json["verdict"] = Names(Verdict{})[static_cast<std::size_t>(row.verdict)];
    if (!row.why.empty()) json["why"] = row.why;
    rows.push_back(std::move(json));
  }
  const Json json = {{"worse", comparison.Count(Verdict::kWorse)},
                     {"better", comparison.Count(Verdict::kBetter)},
                     {"cautions", comparison.caution},
                     {"rows", std::move(rows)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace skep::bench
