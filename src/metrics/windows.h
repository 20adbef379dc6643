#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/limits.h"
#include "metrics/distribution.h"
#include "metrics/recorder.h"
#include "store/database.h"

/// What was recorded, by time, in the database: windows of 10 s, of a minute and of an hour. Whatever is added goes
/// into all three, so each level is complete by itself as long as it is kept; a period is read from the coarsest
/// windows that lie in it, with finer ones at its ends. All processes of a project add to the same windows.
namespace skep::metrics {

struct Level {
  std::int64_t seconds;
  /// Twice the period that it is for, which is compared with the one before it; and some windows of the next level, of
  /// which it has the parts.
  std::int64_t kept_ms;
};
inline constexpr std::int64_t kMinuteMs = 60'000;
inline constexpr std::int64_t kHourMs = 60 * kMinuteMs;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;
/// The finest first.
inline constexpr std::array<Level, 3> kLevels = {{
    {limits::kWindowMs / 1000, 2 * kHourMs + 2 * kMinuteMs},
    {60, 2 * kDayMs + 2 * kHourMs},
    {3600, 60 * kDayMs + 2 * kHourMs},
}};

/// When the window of a level that a moment lies in begins.
std::int64_t WindowStart(std::int64_t at_ms, std::int64_t seconds);

/// What was recorded of an operation in some period.
struct Window {
  std::int64_t start_ms = 0;
  std::string operation;
  std::uint64_t errors = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  Distribution values;
};

/// A part of a period that is read from windows of one level: those that start in [from_ms, to_ms).
struct Span {
  std::int64_t seconds = 0;
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
};
/// Cuts a period into parts that together are all of it, each of the coarsest level possible. In order. Its ends are
/// moved to whole windows of what is kept: the beginning down, the end up.
std::vector<Span> CutPeriod(std::int64_t from_ms, std::int64_t to_ms, std::int64_t now_ms);

/// Adds to the windows of all levels that `at_ms` lies in. In a write.
void AddToWindows(store::Database& database, std::span<const Recorded> recorded, std::int64_t at_ms);

/// What was recorded in a period (see CutPeriod), by operation, sorted by name. start_ms is the period's beginning.
std::vector<Window> ReadPeriod(store::Database& database, std::int64_t from_ms, std::int64_t to_ms,
                               std::int64_t now_ms);
/// One window each, of one level, of operations whose names begin with `prefix`: by time, then by name.
std::vector<Window> ReadWindows(store::Database& database, std::int64_t seconds, std::int64_t from_ms,
                                std::int64_t to_ms, std::string_view prefix = {});

/// Adds what was recorded and is not in the database yet. `windows` are sorted by operation, and stay so.
void AddLive(std::span<const Recorded> live, std::vector<Window>& windows);

/// Lets go of what is older than it is kept, in all tables of windows: a bounded number of rows of each. In a write.
/// Returns whether there is more.
bool PruneWindows(store::Database& database, std::int64_t now_ms);

}  // namespace skep::metrics
