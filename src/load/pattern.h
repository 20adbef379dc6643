#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"

namespace skep::load {

/// How requests come. Of the open ones the moments are given, whatever the server does; a closed one asks again when
/// it is answered.
struct Pattern {
  enum class Shape : std::uint8_t {
    kConstant,  ///< `from_per_s`, all the time.
    kRamp,      ///< Evenly from `from_per_s` to `to_per_s`.
    kSpike,     ///< `from_per_s`, and in the middle fifth of the time `to_per_s`.
    kStep,      ///< `steps` rates, as far apart as each other, for as long as each other.
    kClosed,    ///< `depth` requests in flight on each connection.
  };
  Shape shape = Shape::kClosed;
  double from_per_s = 0;
  double to_per_s = 0;
  int steps = 0;
  int depth = 1;

  bool closed() const { return shape == Shape::kClosed; }
};

/// "constant:2000", "ramp:100-5000", "spike:500-5000", "step:1000-5000/5", "closed:16". Fails with kInvalidArgument and
/// what would be right.
Expected<Pattern> ParsePattern(std::string_view text);
/// What ParsePattern() makes it from.
std::string Text(const Pattern& pattern);

/// When the requests of an open pattern are due. The first one is at 0; request n (from 0) is due when the integral of
/// the rate over time has reached n, which is solved for each n by itself: no error adds up. Stateless, thread-safe.
class Schedule {
 public:
  /// REQUIRES: an open pattern, and duration_ns > 0.
  Schedule(const Pattern& pattern, std::int64_t duration_ns);

  /// All that are due before the end.
  std::uint64_t total() const { return total_; }
  /// When request n is due, in ns from the start, rounded. REQUIRES: n < total().
  std::int64_t DueNs(std::uint64_t n) const;
  /// How many are due at `ns` or before: those with DueNs(n) ≤ ns.
  std::uint64_t DueBy(std::int64_t ns) const;

 private:
  /// A stretch of time in which the rate changes evenly.
  struct Stretch {
    double from_s = 0;
    double seconds = 0;
    double from_per_s = 0;
    double to_per_s = 0;
    double before = 0;  ///< The integral up to it.

    double Slope() const { return (to_per_s - from_per_s) / seconds; }
    double Within(double s) const { return s * (from_per_s + Slope() * s / 2); }
  };
  void Add(double seconds, double from_per_s, double to_per_s);

  std::vector<Stretch> stretches_;  ///< In order, at least one.
  std::uint64_t total_ = 0;
};

}  // namespace skep::load
