#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "metrics/alerts.h"
#include "metrics/baseline.h"
#include "metrics/critical_path.h"
#include "metrics/recorder.h"
#include "metrics/requests.h"
#include "metrics/requirements.h"
#include "metrics/samples.h"
#include "metrics/task_figures.h"
#include "metrics/windows.h"
#include "store/database.h"
#include "swarm/swarm.h"

/// What a project did in some period, and how well. All of it comes from rows that are there for everybody to read:
/// metric_windows and metric_samples (see store/schema.cc), tasks, alerts and metric_baselines; what this process has
/// measured and not yet written down is added.
namespace skep::metrics {

/// One operation, in the period and in the one before it.
struct OperationReport {
  Window now;
  std::uint64_t before_count = 0;
  std::optional<std::uint64_t> before_p95;
};

struct Report {
  /// The period that it really is of: it begins with a window, a little before what was asked for, where the period
  /// before it ends. No window is in both.
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  /// When the first window of the period begins in which anything was measured; 0: nothing was.
  std::int64_t measured_ms = 0;
  std::int64_t processes = 0;  ///< That have measured.
  RequestTotals requests;
  RequestTotals requests_before;            ///< In the period before, which is as long as was asked for.
  std::vector<OperationReport> operations;  ///< By name: requests, and what else was recorded.
  std::map<ProcessKey, Samples> samples;
  TaskReport tasks;
  EndedTasks tasks_before;                    ///< In the period before.
  std::optional<CriticalPath> critical_path;  ///< Of one swarm, when asked for.
  std::vector<Requirement> requirements;
  std::vector<Comparison> comparisons;
  std::vector<Alert> alerts;
};

struct ReportRequest {
  std::int64_t length_ms = 0;
  std::optional<swarm::Swarm> swarm;  ///< Whose tasks; none: all swarms'.
  bool critical_path = false;         ///< Costs some hundred nanoseconds for each task.
};
/// `live`: what was recorded here and is not in the database yet.
Report MakeReport(store::Database& database, const ReportRequest& request, std::span<const Recorded> live,
                  std::int64_t now_ms);

}  // namespace skep::metrics
