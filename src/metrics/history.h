#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/requests.h"
#include "metrics/windows.h"
#include "store/database.h"
#include "swarm/swarm.h"

/// What a project did in some period, by time: for plots, which have so many pixels and no more.
namespace skep::metrics {

/// Windows that a plot has at most: a month of 6 h, and two that it cuts. Finer ones that are kept are merged, none is
/// left out.
inline constexpr std::int64_t kPlotWindows = 122;

/// What the processes were like in one window: each in the mean of the looks at it, then all of them together.
struct ProcessWindow {
  std::int64_t start_ms = 0;
  std::uint64_t looks = 0;
  double resident_bytes = 0;
  std::optional<double> resident_most;  ///< Of the largest one, at any look.
  std::optional<double> cores;
  std::optional<double> load;  ///< Of the machine, in the mean.
};

struct EndedWindow {
  std::int64_t start_ms = 0;
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
};

/// All windows are as long as `window_ms`, in order, and those in which there was nothing are left out.
struct History {
  /// From the first window to the end of the last one in which anything was measured, or a task ended. Equal: nothing.
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
  std::int64_t window_ms = 0;
  std::vector<Window> requests;                                        ///< All of them together.
  std::map<std::string, std::vector<Window>, std::less<>> operations;  ///< What is no request, by its name.
  std::vector<ProcessWindow> processes;
  std::vector<EndedWindow> ended;  ///< Tasks, of one swarm or of all.
};

History ReadHistory(store::Database& database, const std::optional<swarm::Swarm>& swarm, std::int64_t from_ms,
                    std::int64_t to_ms, std::int64_t now_ms);

}  // namespace skep::metrics
