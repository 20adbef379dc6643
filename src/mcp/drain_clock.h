#pragma once

#include <cstdint>

#include "base/clock.h"

namespace skep::mcp {

/// The steady clock for who looks at it after every message. What was at hand is read in one go (a drain), which begins
/// with a look at the clock; within it, the processor's own counter of ticks says how much later it is: 12 ns for a
/// look instead of 30 (clock_gettime, on the machine of the benchmarks), of the 300 ns that a pipelined ping takes.
///
/// How long a tick is, is measured against the clock from one drain to later ones; until a hundredth of a second has
/// been measured, and where the counter does not go on evenly (the processor must say that it does) or is none, it is
/// the clock that is looked at. On one thread.
class DrainClock {
 public:
  explicit DrainClock(const Clock& clock);

  /// Now, in the clock's nanoseconds. Begins a drain.
  std::int64_t Begin();
  /// Now, as exact as the ticks since Begin(). Never earlier than that.
  std::int64_t Now() const;

 private:
  const Clock& clock_;
  const bool ticks_;
  std::int64_t first_ns_ = 0;  ///< Of the first drain; with its ticks what the others are measured by.
  std::uint64_t first_ticks_ = 0;
  std::int64_t begun_ns_ = 0;  ///< Of this drain.
  std::uint64_t begun_ticks_ = 0;
  double ns_per_tick_ = 0;  ///< 0: not yet known.
};

}  // namespace skep::mcp
