#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/samples.h"
#include "store/database.h"

/// What people should know without asking: raised once when a figure has been beyond its threshold for a while, and
/// cleared when it has been well within it for as long. A project has at most one open alert of a name, whichever of
/// its processes has seen it; but each process has its own of its memory.
namespace skep::metrics {

/// Beyond these. 0: that alert is off.
struct AlertThresholds {
  double operations_per_s = 400;  ///< Fewer than this, while more wait than are served: see kLoaded in alerts.cc.
  double growth_mb_per_h = 5;     ///< Of a process's memory, in each half of half an hour or more.
  double p95_ms = 200;            ///< Of all requests.
  double error_rate = 0.01;       ///< Share of all requests.
  double load_per_core = 1.5;     ///< The machine's load average.
};

struct Alert {
  std::string name;  ///< "throughput", "memory_growth", "latency", "errors", "load"
  std::int64_t pid = 0;
  std::int64_t raised_ms = 0;
  std::int64_t cleared_ms = 0;  ///< 0: nobody has cleared it.
  /// Of one that nobody has cleared: until when what it is about was measured; 0: nothing that recent is kept.
  std::int64_t measured_ms = 0;
  double value = 0;  ///< What was measured when it was raised.
  double threshold = 0;
  std::string message;
};

/// Whether it is open, and there is somebody to clear it: what it is about was measured in the last minutes.
bool IsOpen(const Alert& alert, std::int64_t now_ms);

/// Looks at windows of 10 s, raises and clears. The one that holds `now_ms` is not looked at, nor the one before, which
/// other processes may not have written yet. Returns what is to be told of it, a sentence each. In a write.
std::vector<std::string> JudgeAlerts(store::Database& database, const ProcessKey& process,
                                     const AlertThresholds& thresholds, int cores, std::int64_t now_ms);

/// Whether there is one that nobody has cleared.
bool IsAnyAlertOpen(store::Database& database);

/// Those that nobody has cleared, then those cleared since `from_ms`, the newest first.
std::vector<Alert> ListAlerts(store::Database& database, std::int64_t from_ms, std::int64_t limit);

}  // namespace skep::metrics
