#include "metrics/report.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kFirst{
    "SELECT min(start_ms) FROM metric_windows WHERE seconds = ?1 AND start_ms >= ?2 AND start_ms < ?3"};

/// Tasks that it looks at, the newest: some 20 ms at 1 us each, of the 50 that a report may take.
constexpr std::int64_t kTasks = limits::kReportedTasks / 2;
/// Alerts that a report shows.
constexpr std::int64_t kMaxAlerts = 20;

/// The finest windows that are still kept of a moment, in seconds.
std::int64_t FinestKept(std::int64_t at_ms, std::int64_t now_ms) {
  for (const Level& level : kLevels) {
    if (at_ms >= now_ms - level.kept_ms) return level.seconds;
  }
  return kLevels.back().seconds;
}

/// When measuring began in a period, to the finest window that says it; 0: it did not.
std::int64_t MeasuredSince(Database& database, const std::vector<Span>& spans, std::int64_t now_ms) {
  const auto first = [&](std::int64_t seconds, std::int64_t from_ms, std::int64_t to_ms) -> std::int64_t {
    Cursor row = database.Query(kFirst, seconds, from_ms, to_ms);
    return row.Next() && !row.IsNull(0) ? row.Int(0) : 0;
  };
  for (const Span& span : spans) {
    const std::int64_t start_ms = first(span.seconds, span.from_ms, span.to_ms);
    if (start_ms == 0) continue;
    const std::int64_t finest = FinestKept(start_ms, now_ms);
    const std::int64_t finer_ms =
        finest < span.seconds ? first(finest, start_ms, start_ms + span.seconds * 1000) : start_ms;
    return finer_ms == 0 ? start_ms : finer_ms;
  }
  return 0;
}

std::vector<OperationReport> Beside(std::vector<Window> now, const std::vector<Window>& before) {
  std::vector<OperationReport> all;
  for (Window& window : now) {
    OperationReport& one = all.emplace_back();
    const auto earlier = std::ranges::lower_bound(before, window.operation, {}, &Window::operation);
    if (earlier != before.end() && earlier->operation == window.operation) {
      one.before_count = earlier->values.count();
      one.before_p95 = earlier->values.Percentile(95);
    }
    one.now = std::move(window);
  }
  return all;
}

}  // namespace

Report MakeReport(Database& database, const ReportRequest& request, std::span<const Recorded> live,
                  std::int64_t now_ms) {
  // Where a window begins of those in which the period before begins: so the two are cut at the same moment.
  const std::int64_t asked_ms = now_ms - request.length_ms;
  Report report{.from_ms = WindowStart(asked_ms, FinestKept(asked_ms - request.length_ms, now_ms)), .to_ms = now_ms};
  const std::int64_t before_ms = report.from_ms - request.length_ms;
  std::vector<Window> windows = ReadPeriod(database, report.from_ms, now_ms, now_ms);
  const std::vector<Window> before = ReadPeriod(database, before_ms, report.from_ms, now_ms);
  AddLive(live, windows);
  report.measured_ms = MeasuredSince(database, CutPeriod(report.from_ms, now_ms, now_ms), now_ms);
  if (report.measured_ms == 0 && !live.empty()) report.measured_ms = WindowStart(now_ms, kLevels.front().seconds);
  report.requests = TotalOf(windows);
  report.requests_before = TotalOf(before);
  report.samples = SamplesOfPeriod(database, report.from_ms, now_ms, now_ms);
  report.processes = CountProcesses(report.samples);
  report.requirements = CheckRequirements({.windows = windows, .processes = report.samples});
  report.operations = Beside(std::move(windows), before);
  report.tasks = ReportTasks(database, request.swarm, report.from_ms, now_ms, kTasks);
  report.tasks_before = CountEnded(database, request.swarm, before_ms, report.from_ms, kTasks);
  if (request.critical_path && request.swarm) report.critical_path = FindCriticalPath(database, *request.swarm);
  report.comparisons = CompareWithBaselines(database, std::max(report.from_ms, now_ms - kHourMs), now_ms);
  report.alerts = ListAlerts(database, report.from_ms, kMaxAlerts);
  return report;
}

}  // namespace skep::metrics
