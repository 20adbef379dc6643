#pragma once

#include <atomic>
#include <cstdint>

#include "skep/moment.h"

namespace skep {

/// Where time comes from. Passed in, so that tests and simulations own it. Safe to use from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Milliseconds since 1970 UTC. What people see (time stamps) and what they mean (TTL); it may jump.
  virtual std::int64_t WallMs() const = 0;
  /// Nanoseconds that only grow, for measuring. Meaningless in another process.
  virtual std::int64_t SteadyNs() const = 0;
  /// Milliseconds since the machine was started, those asleep included: the same for all its processes.
  virtual std::int64_t BootMs() const = 0;
  Moment Now() const { return {.wall_ms = WallMs(), .boot_ms = BootMs()}; }
};

/// The machine's clocks. One for the process.
const Clock& SystemClock();

/// A clock that stands still until it is told to move.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t wall_ms = 1'700'000'000'000) : wall_ms_(wall_ms) {}
  std::int64_t WallMs() const override { return wall_ms_; }
  std::int64_t SteadyNs() const override { return steady_ns_; }
  std::int64_t BootMs() const override { return steady_ns_ / 1'000'000; }
  void AdvanceMs(std::int64_t ms) {
    wall_ms_ += ms;
    steady_ns_ += ms * 1'000'000;
  }

 private:
  // The store's thread looks while a test moves them.
  std::atomic<std::int64_t> wall_ms_;
  std::atomic<std::int64_t> steady_ns_ = 0;
};

}  // namespace skep
