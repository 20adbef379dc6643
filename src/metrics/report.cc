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

/// Tasks among which the longest chain is looked for, the newest: some 60 ms at 6 us each.
constexpr std::int64_t kChainTasks = 10'000;
/// Alerts that a report shows.
constexpr std::int64_t kMaxAlerts = 20;

/// When measuring began in a period.
std::int64_t MeasuredSince(Database& database, const std::vector<Span>& spans) {
  for (const Span& span : spans) {
    Cursor row = database.Query(kFirst, span.seconds, span.from_ms, span.to_ms);
    if (row.Next() && !row.IsNull(0)) return row.Int(0);
  }
  return 0;
}

void AddLive(std::span<const Recorded> live, std::vector<Window>& windows) {
  for (const Recorded& recorded : live) {
    auto at = std::ranges::lower_bound(windows, recorded.operation, {}, &Window::operation);
    if (at == windows.end() || at->operation != recorded.operation) {
      at = windows.insert(at, Window{.operation = std::string(recorded.operation)});
    }
    at->errors += recorded.errors;
    at->bytes_in += recorded.bytes_in;
    at->bytes_out += recorded.bytes_out;
    at->values.Merge(recorded.values);
  }
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
  Report report{.from_ms = now_ms - request.length_ms, .to_ms = now_ms};
  const std::int64_t before_ms = report.from_ms - request.length_ms;
  std::vector<Window> windows = ReadPeriod(database, report.from_ms, now_ms, now_ms);
  const std::vector<Window> before = ReadPeriod(database, before_ms, report.from_ms, now_ms);
  AddLive(live, windows);
  report.measured_ms = MeasuredSince(database, CutPeriod(report.from_ms, now_ms, now_ms));
  if (report.measured_ms == 0 && !live.empty()) report.measured_ms = WindowStart(now_ms, kLevels.front().seconds);
  report.requests = TotalOf(windows);
  report.requests_before = TotalOf(before);
  report.samples = SamplesOfPeriod(database, report.from_ms, now_ms, now_ms);
  report.processes = std::ssize(report.samples);
  report.requirements = CheckRequirements({.windows = windows, .processes = report.samples});
  report.operations = Beside(std::move(windows), before);
  report.tasks = ReportTasks(database, request.swarm, report.from_ms, now_ms, limits::kReportedTasks);
  report.tasks_before = CountEnded(database, request.swarm, before_ms, report.from_ms, limits::kReportedTasks);
  if (request.critical_path && request.swarm) report.critical_path = FindCriticalPath(database, *request.swarm);
  report.comparisons = CompareWithBaselines(database, std::max(report.from_ms, now_ms - kHourMs), now_ms);
  report.alerts = ListAlerts(database, report.from_ms, kMaxAlerts);
  return report;
}

}  // namespace skep::metrics
