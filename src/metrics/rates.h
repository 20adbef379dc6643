#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "metrics/recorder.h"
#include "metrics/samples.h"

namespace skep::metrics {

/// How many requests a process answers in a second: of each window, and over a minute. What is kept of them says how
/// many there were at most, for as long as samples are kept.
class Rates {
 public:
  /// Adds the rates of a window that begins at `start_ms`, wall clock, to its samples. `seconds` is how long it really
  /// was; a window that is shorter than others by more than a look at the process counts as if it were not, or a burst
  /// of some milliseconds would pass for a rate.
  void Add(std::span<const Recorded> recorded, std::int64_t start_ms, double seconds, Samples& samples);

 private:
  /// Requests; of tools about agents, about tasks, and about messages and leases.
  static constexpr std::size_t kKinds = 4;
  using Counts = std::array<double, kKinds>;
  struct Window {
    std::int64_t start_ms;
    double seconds;
    Counts counts;
  };
  std::vector<Window> minute_;  ///< The windows of the last minute.
};

}  // namespace skep::metrics
