#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>

#include "metrics/recorder.h"
#include "metrics/samples.h"

namespace skep::metrics {

/// How many requests a process answers in a second: of each window, and over a minute. What is kept of them says how
/// many there were at most, for as long as samples are kept.
class Rates {
 public:
  /// Adds the rates of a window that begins at `start_ms` to its samples.
  void Add(std::span<const Recorded> recorded, std::int64_t start_ms, Samples& samples);

 private:
  /// Requests; of tools about agents, about tasks, and about messages and leases.
  static constexpr std::size_t kKinds = 4;
  using Counts = std::array<double, kKinds>;
  struct Window {
    std::int64_t start_ms;
    Counts counts;
  };
  std::deque<Window> minute_;  ///< The windows of the last minute.
};

}  // namespace skep::metrics
