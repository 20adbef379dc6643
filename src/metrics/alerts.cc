#include "metrics/alerts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

#include "metrics/requests.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kOpen{"SELECT id FROM alerts WHERE cleared_ms = 0 AND name = ?1"};
constexpr Sql kRaise{
    "INSERT INTO alerts (name, pid, started_ms, raised_ms, value, threshold, message) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
constexpr Sql kClear{"UPDATE alerts SET cleared_ms = ?2 WHERE id = ?1"};
constexpr Sql kList{
    "SELECT name, pid, raised_ms, cleared_ms, value, threshold, message FROM alerts "
    "WHERE cleared_ms = 0 OR cleared_ms >= ?1 ORDER BY cleared_ms > 0, id DESC LIMIT ?2"};

/// Windows in a row that must agree before an alert is raised, or cleared: half a minute, so that a hiccup is none.
constexpr std::int64_t kWindows = 3;
/// A figure that is within this share of its threshold is well within it.
constexpr double kWell = 0.8;
/// Requests in a window from which a share or a percentile says something.
constexpr std::uint64_t kEnough = 100;
/// A server is under load when this many calls are in flight all the time: they wait for it, not it for them.
constexpr double kLoaded = 64;
/// Memory is judged from this much time on: what is allocated once is allocated early.
constexpr std::int64_t kGrowthMs = 30 * kMinuteMs;

/// One figure in one window; nothing: it says nothing there.
using Figure = std::optional<double>;

struct Judged {
  std::string_view name;
  double threshold;
  std::array<Figure, kWindows> figures;  ///< The newest last.
  /// Below the threshold is bad, not above it.
  bool least = false;
  std::string message;  ///< What is wrong, if it is.
};

bool Beyond(const Judged& judged, const Figure& figure) {
  return figure && (judged.least ? *figure < judged.threshold : *figure > judged.threshold);
}

bool WellWithin(const Judged& judged, const Figure& figure) {
  if (!figure) return true;
  return judged.least ? *figure * kWell > judged.threshold : *figure < judged.threshold * kWell;
}

void Decide(Database& database, const ProcessKey& process, const Judged& judged, std::int64_t now_ms,
            std::vector<std::string>& said) {
  if (judged.threshold <= 0) return;
  std::int64_t open = 0;
  if (Cursor row = database.Query(kOpen, judged.name); row.Next()) open = row.Int(0);
  const auto all = [&](bool (*is)(const Judged&, const Figure&)) {
    return std::ranges::all_of(judged.figures, [&](const Figure& figure) { return is(judged, figure); });
  };
  if (open == 0 && all(Beyond)) {
    database.Execute(kRaise, judged.name, process.pid, process.started_ms, now_ms, *judged.figures.back(),
                     judged.threshold, judged.message);
    said.push_back(fmt::format("alert {}: {}", judged.name, judged.message));
  } else if (open != 0 && all(WellWithin)) {
    database.Execute(kClear, open, now_ms);
    said.push_back(fmt::format("alert {} is over", judged.name));
  }
}

/// By how much a process's memory grows, in MB an hour, by least squares over its samples; nothing when they are of
/// too short a time, or the growth is within three standard errors of none.
Figure Growth(std::span<const SampleWindow> windows) {
  if (windows.size() < 3 || windows.back().start_ms - windows.front().start_ms < kGrowthMs) return std::nullopt;
  const auto n = static_cast<double>(windows.size());
  const auto hours = [&](const SampleWindow& w) {
    return static_cast<double>(w.start_ms - windows.front().start_ms) / static_cast<double>(kHourMs);
  };
  constexpr double kMb = 1e6;
  double x = 0;
  double y = 0;
  for (const SampleWindow& w : windows) x += hours(w) / n, y += w.sample.mean() / kMb / n;
  double xx = 0;
  double xy = 0;
  for (const SampleWindow& w : windows) {
    xx += (hours(w) - x) * (hours(w) - x);
    xy += (hours(w) - x) * (w.sample.mean() / kMb - y);
  }
  const double slope = xy / xx;
  double off = 0;
  for (const SampleWindow& w : windows) {
    const double residual = w.sample.mean() / kMb - y - slope * (hours(w) - x);
    off += residual * residual;
  }
  const double error = std::sqrt(off / (n - 2) / xx);
  return slope > 3 * error ? Figure(slope) : Figure(0.0);
}

Figure MemoryGrowth(Database& database, const ProcessKey& process, std::int64_t now_ms) {
  std::vector<SampleWindow> ours =
      ReadSamples(database, 60, now_ms - kHourMs, WindowStart(now_ms, 60), "process:resident_bytes");
  std::erase_if(ours, [&](const SampleWindow& window) { return window.process != process; });
  return Growth(ours);
}

}  // namespace

std::vector<std::string> JudgeAlerts(Database& database, const ProcessKey& process, const AlertThresholds& thresholds,
                                     int cores, std::int64_t now_ms) {
  const std::int64_t seconds = kLevels.front().seconds;
  const std::int64_t end_ms = WindowStart(now_ms, seconds);
  Judged throughput{.name = "throughput", .threshold = thresholds.operations_per_s, .least = true};
  Judged latency{.name = "latency", .threshold = thresholds.p95_ms};
  Judged errors{.name = "errors", .threshold = thresholds.error_rate};
  Judged load{.name = "load", .threshold = thresholds.load_per_core};
  for (std::int64_t i = 0; i < kWindows; ++i) {
    const std::int64_t from_ms = end_ms - (kWindows - i) * seconds * 1000;
    const std::int64_t to_ms = from_ms + seconds * 1000;
    const auto at = static_cast<std::size_t>(i);
    const RequestTotals requests = TotalOf(ReadWindows(database, seconds, from_ms, to_ms));
    const double rate = static_cast<double>(requests.values.count()) / static_cast<double>(seconds);
    if (requests.values.count() >= kEnough) {
      latency.figures[at] = static_cast<double>(*requests.values.Percentile(95)) / 1e6;
      errors.figures[at] = static_cast<double>(requests.errors) / static_cast<double>(requests.values.count());
    }
    double in_flight = 0;
    for (const SampleWindow& window : ReadSamples(database, seconds, from_ms, to_ms)) {
      if (window.name == "calls:in_flight") in_flight += window.sample.mean();
      if (window.name == "calls:waiting") in_flight -= window.sample.mean();
      if (window.name == "machine:load") load.figures[at] = window.sample.mean() / cores;
    }
    if (in_flight >= kLoaded) throughput.figures[at] = rate;
  }
  const auto newest = [](const Judged& judged) { return judged.figures.back().value_or(0); };
  throughput.message = fmt::format("{:.0f} operations a second while calls queue, fewer than {:g}", newest(throughput),
                                   throughput.threshold);
  latency.message =
      fmt::format("95 % of requests take up to {:.0f} ms, more than {:g}", newest(latency), latency.threshold);
  errors.message = fmt::format("{:.1f} % of requests fail, more than {:g} %: error_analysis says which",
                               100 * newest(errors), 100 * errors.threshold);
  load.message = fmt::format("the machine's load is {:.1f} for each of its {} cores, more than {:g}", newest(load),
                             cores, load.threshold);
  const Figure growth = MemoryGrowth(database, process, now_ms);
  const Judged memory{.name = "memory_growth",
                      .threshold = thresholds.growth_mb_per_h,
                      .figures = {growth, growth, growth},
                      .message = fmt::format("process {} grows by {:.1f} MB an hour, more than {:g}", process.pid,
                                             growth.value_or(0), thresholds.growth_mb_per_h)};
  std::vector<std::string> said;
  for (const Judged* const judged :
       std::initializer_list<const Judged*>{&throughput, &memory, &latency, &errors, &load}) {
    Decide(database, process, *judged, now_ms, said);
  }
  return said;
}

std::vector<Alert> ListAlerts(Database& database, std::int64_t from_ms, std::int64_t limit) {
  std::vector<Alert> alerts;
  for (Cursor row = database.Query(kList, from_ms, limit); row.Next();) {
    alerts.push_back({.name = std::string(row.Text(0)),
                      .pid = row.Int(1),
                      .raised_ms = row.Int(2),
                      .cleared_ms = row.Int(3),
                      .value = row.Real(4),
                      .threshold = row.Real(5),
                      .message = std::string(row.Text(6))});
  }
  return alerts;
}

}  // namespace skep::metrics
