#include "handlers/performance_views.h"

#include <algorithm>
#include <utility>

namespace skep::handlers {
namespace {

using metrics::Distribution;

constexpr double kNsPerMs = 1e6;
/// Groups that are listed, of each kind, and processes: those with the most work, and the newest.
constexpr std::size_t kMaxGroups = 200;
constexpr std::size_t kMaxProcesses = 20;

/// `per_ms`: how many of the values' unit make a millisecond.
DurationView Durations(const Distribution& values, double per_ms) {
  const auto ms = [&](double percent) { return static_cast<double>(*values.Percentile(percent)) / per_ms; };
  return {.count = static_cast<std::int64_t>(values.count()),
          .mean_ms = *values.mean() / per_ms,
          .p50_ms = ms(50),
          .p95_ms = ms(95),
          .p99_ms = ms(99),
          .max_ms = static_cast<double>(values.most()) / per_ms};
}

std::optional<DurationView> IfAny(const Distribution& values) {
  return values.count() == 0 ? std::nullopt : std::optional(Durations(values, 1));
}

OperationView View(std::string name, const Distribution& values, std::uint64_t errors, std::uint64_t bytes_in,
                   std::uint64_t bytes_out, double seconds) {
  return {.operation = std::move(name),
          .errors = static_cast<std::int64_t>(errors),
          .bytes_in = static_cast<std::int64_t>(bytes_in),
          .bytes_out = static_cast<std::int64_t>(bytes_out),
          .per_second = static_cast<double>(values.count()) / seconds,
          .duration = Durations(values, kNsPerMs)};
}

TaskFiguresView View(std::string name, const metrics::TaskFigures& figures) {
  TaskFiguresView view{.name = std::move(name),
                       .succeeded = figures.succeeded,
                       .failed = figures.failed,
                       .cancelled = figures.cancelled,
                       .retried = figures.retried,
                       .failed_attempts = figures.failed_attempts,
                       .success_rate = figures.success_rate(),
                       .lead = IfAny(figures.lead),
                       .queue = IfAny(figures.queue),
                       .work = IfAny(figures.work),
                       .busy_ms = figures.busy_ms,
                       .span_ms = figures.span_ms,
                       .speed_up = figures.speed_up()};
  if (figures.span_ms > 0) {
    view.busy_share_of_span = static_cast<double>(figures.busy_ms) / static_cast<double>(figures.span_ms);
  }
  return view;
}

std::vector<TaskFiguresView> View(const std::vector<metrics::TaskGroup>& groups) {
  std::vector<TaskFiguresView> views;
  for (const metrics::TaskGroup& group : groups) {
    if (views.size() == kMaxGroups) break;
    TaskFiguresView& view = views.emplace_back(View(group.name, group.figures));
    if (!group.called.empty()) view.agent_name = group.called;
  }
  return views;
}

ProcessView View(const metrics::ProcessKey& process, const metrics::Samples& samples) {
  ProcessView view{.pid = process.pid};
  if (process != metrics::kYoungProcesses) view.started_at = Timestamp{process.started_ms};
  for (const auto& [name, sample] : samples) {
    view.figures.push_back({.name = name,
                            .count = sample.count,
                            .mean = sample.mean(),
                            .least = sample.least,
                            .most = sample.most,
                            .last = sample.last});
  }
  return view;
}

void AddOperations(const metrics::Report& report, PerformanceView& view) {
  const double seconds = static_cast<double>(report.to_ms - std::max(report.from_ms, report.measured_ms)) / 1000 + 1e-3;
  if (report.requests.values.count() > 0) {
    view.requests = View("all", report.requests.values, report.requests.errors, report.requests.bytes_in,
                         report.requests.bytes_out, seconds);
    view.requests->count_before = static_cast<std::int64_t>(report.requests_before.values.count());
    if (const auto p95 = report.requests_before.values.Percentile(95)) {
      view.requests->p95_before_ms = static_cast<double>(*p95) / kNsPerMs;
    }
  }
  for (const metrics::OperationReport& one : report.operations) {
    const Distribution& values = one.now.values;
    if (one.now.operation == "store:group") {
      view.group_size = SizeView{.count = static_cast<std::int64_t>(values.count()),
                                 .mean = *values.mean(),
                                 .p95 = static_cast<std::int64_t>(*values.Percentile(95)),
                                 .max = static_cast<std::int64_t>(values.most())};
      continue;
    }
    OperationView operation =
        View(one.now.operation, values, one.now.errors, one.now.bytes_in, one.now.bytes_out, seconds);
    operation.count_before = static_cast<std::int64_t>(one.before_count);
    if (one.before_p95) operation.p95_before_ms = static_cast<double>(*one.before_p95) / kNsPerMs;
    view.operations.push_back(std::move(operation));
  }
}

}  // namespace

AlertView View(const metrics::Alert& alert) {
  return {.name = alert.name,
          .raised_at = {alert.raised_ms},
          .cleared_at = alert.cleared_ms == 0 ? std::nullopt : std::optional(Timestamp{alert.cleared_ms}),
          .measured_at = alert.measured_ms == 0 ? std::nullopt : std::optional(Timestamp{alert.measured_ms}),
          .value = alert.value,
          .threshold = alert.threshold,
          .message = alert.message};
}

PerformanceView View(const metrics::Report& report) {
  PerformanceView view;
  if (report.measured_ms != 0) view.measured_since = Timestamp{report.measured_ms};
  AddOperations(report, view);
  view.tasks = View("all", report.tasks.all);
  view.tasks_looked_at = report.tasks.looked_at;
  if (report.tasks.since_ms != 0) view.tasks_since = Timestamp{report.tasks.since_ms};
  view.succeeded_before = report.tasks_before.succeeded;
  view.agents = View(report.tasks.agents);
  view.types = View(report.tasks.types);
  view.capabilities = View(report.tasks.capabilities);
  view.topologies = View(report.tasks.topologies);
  if (const auto& path = report.critical_path; path && path->chain_ms > 0) {
    view.critical_path =
        CriticalPathView{.chain_ms = path->chain_ms, .tasks = path->tasks, .actual_ms = path->actual_ms};
  }
  for (auto one = report.samples.rbegin(); one != report.samples.rend(); ++one) {
    if (view.processes.size() == kMaxProcesses) break;
    view.processes.push_back(View(one->first, one->second));
  }
  for (const metrics::Requirement& one : report.requirements) {
    view.requirements.push_back({.name = std::string(one.name),
                                 .wanted = std::string(one.wanted),
                                 .met = one.met,
                                 .measured = one.measured,
                                 .why = one.why});
  }
  for (const metrics::Comparison& one : report.comparisons) {
    const auto ms = [](const std::optional<double>& ns) { return ns ? std::optional(*ns / kNsPerMs) : std::nullopt; };
    view.comparisons.push_back({.operation = one.operation,
                                .verdict = one.verdict,
                                .minutes = one.minutes,
                                .baseline_minutes = one.baseline_minutes,
                                .baseline_at = {one.baseline_ms},
                                .p95_ms = ms(one.p95_ns),
                                .baseline_p95_ms = ms(one.baseline_p95_ns)});
  }
  for (const metrics::Alert& alert : report.alerts) view.alerts.push_back(View(alert));
  return view;
}

}  // namespace skep::handlers
