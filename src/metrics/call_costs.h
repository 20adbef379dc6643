#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "metrics/windows.h"

namespace skep::metrics {

/// What one call to the store costs whoever makes it, in the mean over a period, and what of it goes away with a cause.
/// In µs.
///
/// A call waits in the queue, for what is being done there, and then for its own operation and its commit. How long
/// the queue is grows with the squares of what the store is busy with (Pollaczek and Khinchine): so its wait is
/// ascribed to commits, to ordinary and to long operations by their shares of the sum of the squares.
struct CallCosts {
  std::uint64_t calls = 0;   ///< Over so many it was measured.
  std::uint64_t groups = 0;  ///< Transactions they were in.
  double queue_us = 0;       ///< In the queue.
  double commit_us = 0;      ///< A commit.
  double run_us = 0;         ///< A group's operations, but for long ones.
  std::uint64_t most_run_us = 0;
  std::uint64_t most_group = 0;  ///< Operations in the largest group; 0: not measured.
  double busy_share_long = 0;    ///< Of the time that the store was busy: with long groups.
  std::uint64_t long_groups = 0;

  // What a call would not cost without:
  double disk_us = 0;  ///< commits
  double long_us = 0;  ///< long operations
  double work_us = 0;  ///< the other operations

  /// Of each call, also those that do not write: how late the loop was. Nothing: it was not measured.
  std::optional<double> loop_us;
  std::uint64_t loop_looks = 0;

  double all_us() const { return queue_us + commit_us + run_us; }
};

/// Groups that are run for longer than this, and for more than ten times as long as half of them, are long: others
/// notice that they wait.
inline constexpr std::uint64_t kLongRunNs = 50'000'000;

/// From what ReadPeriod returned. Nothing where no call was measured.
std::optional<CallCosts> MeasureCalls(std::span<const Window> windows);

}  // namespace skep::metrics
