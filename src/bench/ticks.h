#pragma once

#include <cstdint>

namespace skep::bench {

/// Durations of some nanoseconds, by the processor's own counter where there is one, with everything before done and
/// nothing after begun.
class Ticks {
 public:
  /// Finds out how long a tick is and what looking costs: takes 20 ms.
  Ticks();
  static std::uint64_t Now();
  /// Between two moments, without what the two looks take by themselves (their median).
  std::uint64_t Ns(std::uint64_t from, std::uint64_t to) const;
  /// What the two looks take by themselves.
  double own_ns() const { return static_cast<double>(own_) * ns_; }

 private:
  double ns_ = 1;
  std::uint64_t own_ = 0;
};

}  // namespace skep::bench
