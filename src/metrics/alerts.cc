#include "metrics/alerts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "metrics/requests.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kOpen{"SELECT id, name, pid, started_ms FROM alerts WHERE cleared_ms = 0"};
constexpr Sql kRaise{
    "INSERT INTO alerts (name, pid, started_ms, raised_ms, value, threshold, message) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
constexpr Sql kClear{"UPDATE alerts SET cleared_ms = ?2 WHERE id = ?1"};
constexpr Sql kAnyOpen{"SELECT 1 FROM alerts WHERE cleared_ms = 0 LIMIT 1"};
constexpr Sql kMeasured{"SELECT max(start_ms) FROM metric_windows WHERE seconds = ?1"};
constexpr Sql kMeasuredIn{
    "SELECT max(start_ms) FROM metric_samples WHERE seconds = ?1 AND start_ms > ?2 AND pid = ?3 AND started_ms = ?4"};
constexpr Sql kList{
    "SELECT name, pid, started_ms, raised_ms, cleared_ms, value, threshold, message FROM alerts "
    "WHERE cleared_ms = 0 OR cleared_ms >= ?1 ORDER BY cleared_ms > 0, id DESC LIMIT ?2"};

/// Windows in a row that must agree before an alert is raised, or cleared: half a minute, so that a hiccup is none.
constexpr std::int64_t kWindows = 3;
/// A figure that is within this share of its threshold is well within it.
constexpr double kWell = 0.8;
/// Requests in a window from which a share or a percentile says something.
constexpr std::uint64_t kEnough = 100;
/// A server is under load when this many calls are in flight all the time: they wait for it, not it for them.
constexpr double kLoaded = 64;
/// Calls in flight that wait for somebody else: an agent, a client's answer, or the end of the time they look on for.
constexpr std::string_view kNotBusy[] = {"calls:waiting", "calls:asking", "calls:watching"};
/// Memory is judged from this much time on: what is allocated once is allocated early.
constexpr std::int64_t kGrowthMs = 30 * kMinuteMs;
/// Minutes in each half of that time, and MB in all of it, below which nothing is called growth.
constexpr std::size_t kFewestMinutes = 8;
constexpr double kLeastGrowthMb = 2;
constexpr std::string_view kMemoryGrowth = "memory_growth";
/// Who has measured nothing for so long has gone, or does nothing: a working process writes every 10 s, and one at rest
/// has looked on for two minutes.
constexpr std::int64_t kGoneMs = 5 * kMinuteMs;

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

struct Open {
  std::int64_t id = 0;
  std::string name;
  ProcessKey process;
};

std::vector<Open> ReadOpen(Database& database) {
  std::vector<Open> all;
  for (Cursor row = database.Query(kOpen); row.Next();) {
    all.push_back({row.Int(0), std::string(row.Text(1)), {.pid = row.Int(2), .started_ms = row.Int(3)}});
  }
  return all;
}

/// `open`: the id of the alert if it is, else 0.
void Decide(Database& database, const ProcessKey& process, const Judged& judged, std::int64_t open, std::int64_t now_ms,
            std::vector<std::string>& said) {
  const auto all = [&](bool (*is)(const Judged&, const Figure&)) {
    return std::ranges::all_of(judged.figures, [&](const Figure& figure) { return is(judged, figure); });
  };
  const bool on = judged.threshold > 0;
  if (on && open == 0 && all(Beyond)) {
    database.Execute(kRaise, judged.name, process.pid, process.started_ms, now_ms, *judged.figures.back(),
                     judged.threshold, judged.message);
    said.push_back(fmt::format("alert {}: {}", judged.name, judged.message));
  } else if (open != 0 && (!on || all(WellWithin))) {
    database.Execute(kClear, open, now_ms);
    said.push_back(fmt::format("alert {} is over", judged.name));
  }
}

/// Until when a process has measured; 0: long ago.
std::int64_t MeasuredIn(Database& database, const ProcessKey& process, std::int64_t since_ms) {
  const std::int64_t seconds = kLevels.front().seconds;
  Cursor row = database.Query(kMeasuredIn, seconds, since_ms - seconds * 1000, process.pid, process.started_ms);
  return row.Next() && !row.IsNull(0) ? row.Int(0) + seconds * 1000 : 0;
}

/// Memory by time as a line, by least squares.
struct Line {
  double slope = 0;  ///< MB an hour.
  double error = 0;  ///< Its standard error.

  bool rises() const { return slope > 3 * error; }
};

std::optional<Line> Fit(std::span<const SampleWindow> windows) {
  if (windows.size() < kFewestMinutes) return std::nullopt;
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
  return Line{.slope = slope, .error = std::sqrt(off / (n - 2) / xx)};
}

/// By how much a process's memory grows at least: the least slope of all its minutes and of those of each half alone.
/// One step looks like growth to a line through all of them, since what is off the line is not by chance; in the halves
/// it is gone. Nothing when there is too little time, or no growth.
Figure Growth(std::span<const SampleWindow> minutes) {
  if (minutes.empty()) return std::nullopt;
  const std::int64_t length_ms = minutes.back().start_ms - minutes.front().start_ms;
  if (length_ms < kGrowthMs) return std::nullopt;
  const auto middle =
      std::ranges::lower_bound(minutes, minutes.front().start_ms + length_ms / 2, {}, &SampleWindow::start_ms);
  double least = std::numeric_limits<double>::infinity();
  for (const auto& part : {minutes, std::span(minutes.begin(), middle), std::span(middle, minutes.end())}) {
    const auto line = Fit(part);
    if (!line || !line->rises()) return std::nullopt;
    least = std::min(least, line->slope);
  }
  const double hours = static_cast<double>(length_ms) / static_cast<double>(kHourMs);
  return least * hours >= kLeastGrowthMb ? Figure(least) : std::nullopt;
}

/// A process judges its own memory; that of one that has gone grows no more.
void JudgeMemory(Database& database, const ProcessKey& process, double threshold, std::span<const Open> open,
                 std::int64_t now_ms, std::vector<std::string>& said) {
  std::int64_t own = 0;
  for (const Open& one : open) {
    if (one.name != kMemoryGrowth) continue;
    if (one.process == process) {
      own = one.id;
    } else if (threshold <= 0 || MeasuredIn(database, one.process, now_ms - kGoneMs) == 0) {
      database.Execute(kClear, one.id, now_ms);
      said.push_back(fmt::format("alert {} of process {} is over", one.name, one.process.pid));
    }
  }
  const auto minutes =
      ReadFigureOf(database, process, 60, now_ms - kHourMs, WindowStart(now_ms, 60), "process:resident_bytes");
  Figure growth = Growth(minutes);
  // What has been called growth goes on until the line is flatter, and not until chance makes it less certain.
  if (own != 0) {
    const auto line = Fit(minutes);
    growth = line ? Figure(line->slope) : std::nullopt;
  }
  const Judged judged{.name = kMemoryGrowth,
                      .threshold = threshold,
                      .figures = {growth, growth, growth},
                      .message = fmt::format("process {} grows by {:.1f} MB an hour, more than {:g}", process.pid,
                                             growth.value_or(0), threshold)};
  Decide(database, process, judged, own, now_ms, said);
}

}  // namespace

std::vector<std::string> JudgeAlerts(Database& database, const ProcessKey& process, const AlertThresholds& thresholds,
                                     int cores, std::int64_t now_ms) {
  const std::int64_t seconds = kLevels.front().seconds;
  const std::int64_t end_ms = WindowStart(now_ms, seconds) - seconds * 1000;
  Judged throughput{.name = "throughput", .threshold = thresholds.operations_per_s, .least = true};
  Judged latency{.name = "latency", .threshold = thresholds.p95_ms};
  Judged errors{.name = "errors", .threshold = thresholds.error_rate};
  Judged load{.name = "load", .threshold = thresholds.load_per_core};
  for (std::int64_t i = 0; i < kWindows; ++i) {
    const std::int64_t from_ms = end_ms - (kWindows - i) * seconds * 1000;
    const std::int64_t to_ms = from_ms + seconds * 1000;
    const auto at = static_cast<std::size_t>(i);
    const RequestTotals requests = TotalOf(ReadWindows(database, seconds, from_ms, to_ms));
    if (requests.values.count() >= kEnough) {
      latency.figures[at] = static_cast<double>(*requests.values.Percentile(95)) / 1e6;
      errors.figures[at] = static_cast<double>(requests.errors) / static_cast<double>(requests.values.count());
    }
    const auto sum = [&](std::string_view name) {
      double of_all = 0;
      for (const SampleWindow& one : ReadFigure(database, seconds, from_ms, to_ms, name)) of_all += one.sample.mean();
      return of_all;
    };
    double busy = sum("calls:in_flight");
    for (const std::string_view idle : kNotBusy) busy -= sum(idle);
    if (busy >= kLoaded) throughput.figures[at] = sum("rate:requests");
    for (const SampleWindow& one : ReadFigure(database, seconds, from_ms, to_ms, "machine:load")) {
      load.figures[at] = one.sample.mean() / cores;
    }
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
  const std::vector<Open> open = ReadOpen(database);
  std::vector<std::string> said;
  JudgeMemory(database, process, thresholds.growth_mb_per_h, open, now_ms, said);
  for (const Judged* const judged : {&throughput, &latency, &errors, &load}) {
    const auto found = std::ranges::find(open, judged->name, &Open::name);
    Decide(database, process, *judged, found == open.end() ? 0 : found->id, now_ms, said);
  }
  return said;
}

bool IsOpen(const Alert& alert, std::int64_t now_ms) {
  return alert.cleared_ms == 0 && alert.measured_ms > now_ms - kGoneMs;
}

bool IsAnyAlertOpen(Database& database) { return database.Query(kAnyOpen).Next(); }

std::vector<Alert> ListAlerts(Database& database, std::int64_t from_ms, std::int64_t limit) {
  const std::int64_t seconds = kLevels.front().seconds;
  std::int64_t measured_ms = 0;
  if (Cursor row = database.Query(kMeasured, seconds); row.Next() && !row.IsNull(0)) {
    measured_ms = row.Int(0) + seconds * 1000;
  }
  std::vector<Alert> alerts;
  for (Cursor row = database.Query(kList, from_ms, limit); row.Next();) {
    Alert& alert = alerts.emplace_back(Alert{.name = std::string(row.Text(0)),
                                             .pid = row.Int(1),
                                             .raised_ms = row.Int(3),
                                             .cleared_ms = row.Int(4),
                                             .value = row.Real(5),
                                             .threshold = row.Real(6),
                                             .message = std::string(row.Text(7))});
    if (alert.cleared_ms != 0) continue;
    const ProcessKey process{.pid = alert.pid, .started_ms = row.Int(2)};
    alert.measured_ms = alert.name == kMemoryGrowth ? MeasuredIn(database, process, 0) : measured_ms;
  }
  return alerts;
}

}  // namespace skep::metrics
