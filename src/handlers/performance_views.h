#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/report.h"
#include "skep/field.h"

/// A performance report as data. Durations are in the unit that their names end with.
namespace skep::handlers {

struct DurationView {
  std::int64_t count = 0;
  double mean_ms = 0;
  double p50_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;

  static constexpr Field kFields[] = {
      Req<&DurationView::count>("count"),  Req<&DurationView::mean_ms>("meanMs"), Req<&DurationView::p50_ms>("p50Ms"),
      Req<&DurationView::p95_ms>("p95Ms"), Req<&DurationView::p99_ms>("p99Ms"),   Req<&DurationView::max_ms>("maxMs"),
  };
};

struct OperationView {
  std::string operation;
  std::int64_t errors = 0;
  std::int64_t bytes_in = 0;
  std::int64_t bytes_out = 0;
  double per_second = 0;
  DurationView duration;
  std::int64_t count_before = 0;
  std::optional<double> p95_before_ms;

  static constexpr Field kFields[] = {
      Req<&OperationView::operation>("operation"),
      Req<&OperationView::errors>("errors"),
      Req<&OperationView::bytes_in>("bytesIn"),
      Req<&OperationView::bytes_out>("bytesOut"),
      Req<&OperationView::per_second>("perSecond", "Mean since measuring began, or of the timeframe"),
      Req<&OperationView::duration>("duration"),
      Req<&OperationView::count_before>("countBefore", "In the timeframe before"),
      Opt<&OperationView::p95_before_ms>("p95BeforeMs"),
  };
};

/// How many, not how long.
struct SizeView {
  std::int64_t count = 0;
  double mean = 0;
  std::int64_t p95 = 0;
  std::int64_t max = 0;

  static constexpr Field kFields[] = {
      Req<&SizeView::count>("count"),
      Req<&SizeView::mean>("mean"),
      Req<&SizeView::p95>("p95"),
      Req<&SizeView::max>("max"),
  };
};

struct TaskFiguresView {
  std::string name;
  std::optional<std::string> agent_name;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
  std::int64_t retried = 0;
  std::int64_t failed_attempts = 0;
  std::optional<double> success_rate;
  std::optional<DurationView> lead;
  std::optional<DurationView> queue;
  std::optional<DurationView> work;
  std::int64_t busy_ms = 0;
  std::int64_t span_ms = 0;
  std::optional<double> speed_up;
  std::optional<double> busy_share_of_span;

  static constexpr Field kFields[] = {
      Req<&TaskFiguresView::name>("name", "Of an agent: its id"),
      Opt<&TaskFiguresView::agent_name>("agentName"),
      Req<&TaskFiguresView::succeeded>("succeeded", "Tasks, each counted for who worked on it last"),
      Req<&TaskFiguresView::failed>("failed", "Tasks that ended so"),
      Req<&TaskFiguresView::cancelled>("cancelled"),
      Req<&TaskFiguresView::retried>("retried"),
      Req<&TaskFiguresView::failed_attempts>("failedAttempts",
                                             "Timed out ones and those of tasks that went on included"),
      Opt<&TaskFiguresView::success_rate>("successRate"),
      Opt<&TaskFiguresView::lead>("lead", "From made to succeeded"),
      Opt<&TaskFiguresView::queue>("queue", "From ready to claimed"),
      Opt<&TaskFiguresView::work>("work", "From claimed to ended"),
      Req<&TaskFiguresView::busy_ms>("busyMs", "In which any was worked on, last attempts only"),
      Req<&TaskFiguresView::span_ms>("spanMs", "From the first claim to the last end"),
      Opt<&TaskFiguresView::speed_up>("speedUp", "Work by the time in which any was done"),
      Opt<&TaskFiguresView::busy_share_of_span>("busyShareOfSpan", "busyMs by spanMs"),
  };
};

struct CriticalPathView {
  std::int64_t chain_ms = 0;
  std::int64_t tasks = 0;
  std::int64_t actual_ms = 0;

  static constexpr Field kFields[] = {
      Req<&CriticalPathView::chain_ms>("chainMs", "Work of the longest chain of tasks that need one another"),
      Req<&CriticalPathView::tasks>("tasks"),
      Req<&CriticalPathView::actual_ms>("actualMs"),
  };
};

struct RequirementView {
  std::string name;
  std::string wanted;
  metrics::Met met = metrics::Met::kNoData;
  std::optional<std::string> measured;
  std::optional<std::string> why;

  static constexpr Field kFields[] = {
      Req<&RequirementView::name>("name"),
      Req<&RequirementView::wanted>("wanted"),
      Req<&RequirementView::met>("met"),
      Opt<&RequirementView::measured>("measured"),
      Opt<&RequirementView::why>("why", "There are no data"),
  };
};

struct ComparisonView {
  std::string operation;
  metrics::Verdict verdict = metrics::Verdict::kTooFew;
  std::int64_t minutes = 0;
  std::int64_t baseline_minutes = 0;
  Timestamp baseline_at;
  std::optional<double> p95_ms;
  std::optional<double> baseline_p95_ms;

  static constexpr Field kFields[] = {
      Req<&ComparisonView::operation>("operation"),
      Req<&ComparisonView::verdict>("verdict"),
      Req<&ComparisonView::minutes>("minutes", "That were compared"),
      Req<&ComparisonView::baseline_minutes>("baselineMinutes"),
      Req<&ComparisonView::baseline_at>("baselineAt"),
      Opt<&ComparisonView::p95_ms>("p95Ms", "Median of the minutes'"),
      Opt<&ComparisonView::baseline_p95_ms>("baselineP95Ms"),
  };
};

struct AlertView {
  std::string name;
  Timestamp raised_at;
  std::optional<Timestamp> cleared_at;
  std::optional<Timestamp> measured_at;
  double value = 0;
  double threshold = 0;
  std::string message;

  static constexpr Field kFields[] = {
      Req<&AlertView::name>("name"),
      Req<&AlertView::raised_at>("raisedAt"),
      Opt<&AlertView::cleared_at>("clearedAt", "Absent: it is open, or was at measuredAt"),
      Opt<&AlertView::measured_at>("measuredAt", "The last time, of one not cleared"),
      Req<&AlertView::value>("value", "When it was raised"),
      Req<&AlertView::threshold>("threshold"),
      Req<&AlertView::message>("message"),
  };
};
AlertView View(const metrics::Alert& alert);

struct GaugeView {
  std::string name;
  std::int64_t count = 0;
  double mean = 0;
  double least = 0;
  double most = 0;
  double last = 0;

  static constexpr Field kFields[] = {
      Req<&GaugeView::name>("name"),   Req<&GaugeView::count>("count"), Req<&GaugeView::mean>("mean"),
      Req<&GaugeView::least>("least"), Req<&GaugeView::most>("most"),   Req<&GaugeView::last>("last"),
  };
};

struct ProcessView {
  std::int64_t pid = 0;
  std::optional<Timestamp> started_at;
  std::vector<GaugeView> figures;

  static constexpr Field kFields[] = {
      Req<&ProcessView::pid>("pid", "0: all that were younger than 10 s, together"),
      Opt<&ProcessView::started_at>("startedAt"),
      Req<&ProcessView::figures>("figures"),
  };
};

struct PerformanceView {
  std::optional<Timestamp> measured_since;
  std::optional<OperationView> requests;
  std::vector<OperationView> operations;
  std::optional<SizeView> group_size;
  TaskFiguresView tasks;
  std::int64_t tasks_looked_at = 0;
  std::optional<Timestamp> tasks_since;
  std::int64_t succeeded_before = 0;
  std::vector<TaskFiguresView> agents;
  std::vector<TaskFiguresView> types;
  std::vector<TaskFiguresView> capabilities;
  std::vector<TaskFiguresView> topologies;
  std::optional<CriticalPathView> critical_path;
  std::vector<ProcessView> processes;
  std::vector<RequirementView> requirements;
  std::vector<ComparisonView> comparisons;
  std::vector<AlertView> alerts;

  static constexpr Field kFields[] = {
      Opt<&PerformanceView::measured_since>("measuredSince", "Absent: nothing was measured"),
      Opt<&PerformanceView::requests>("requests", "All together"),
      Req<&PerformanceView::operations>("operations"),
      Opt<&PerformanceView::group_size>("groupSize", "Operations committed together"),
      Req<&PerformanceView::tasks>("tasks"),
      Req<&PerformanceView::tasks_looked_at>("tasksLookedAt"),
      Opt<&PerformanceView::tasks_since>("tasksSince", "There were more tasks, which ended before"),
      Req<&PerformanceView::succeeded_before>("succeededBefore", "Tasks, in the timeframe before"),
      Req<&PerformanceView::agents>("agents"),
      Req<&PerformanceView::types>("types"),
      Req<&PerformanceView::capabilities>("capabilities"),
      Req<&PerformanceView::topologies>("topologies"),
      Opt<&PerformanceView::critical_path>("criticalPath", "Of one swarm"),
      Req<&PerformanceView::processes>("processes"),
      Req<&PerformanceView::requirements>("requirements"),
      Req<&PerformanceView::comparisons>("comparisons", "With the baseline"),
      Req<&PerformanceView::alerts>("alerts"),
  };
};
PerformanceView View(const metrics::Report& report);

}  // namespace skep::handlers
