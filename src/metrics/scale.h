#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Where values stand on a plot's axes, and what is written there.
namespace skep::metrics {

/// What the numbers of a plot are.
enum class Unit : std::uint8_t { kCount, kPerSecond, kNs, kBytes, kCores };

/// "5,639,220"
std::string CountText(std::uint64_t count);
/// For people, with three digits and the unit that fits: "1.25 ms", "12.5 MB", "340/s".
std::string ValueText(double value, Unit unit);

struct Tick {
  double at = 0;
  std::string text;
};

/// From `low` to `high`, of which at least one is a tick.
struct Axis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;
  std::vector<Tick> ticks;

  /// 0 at `low`, 1 at `high`; what is beyond stays there.
  double Share(double value) const;
};

/// From 0 to a round number that is `most` or more, with about four ticks at round numbers. Not for
/// durations, which do not count in tens.
Axis LinearAxis(double most, Unit unit);
/// Of durations in ns, from a round one to a round one, with at most seven ticks. REQUIRES: least ≤ most.
Axis LogarithmicAxis(double least, double most);

struct TimeTick {
  std::int64_t at_ms = 0;
  std::string text;
};
/// Moments in [from_ms, to_ms], UTC, at most so many and one: "18:05", or "18:05:10" when they are less than a minute
/// apart, or "21 Nov" at midnight.
std::vector<TimeTick> TimeTicks(std::int64_t from_ms, std::int64_t to_ms, int most);

/// A length of time in words: "10 s", "15 min", "6 h", "2 d".
std::string LengthText(std::int64_t ms);
/// The shortest length, of those that people count in (10 s, 20 s, 30 s, 1 min … 1 d …), that is made of whole
/// `part_ms` and of which at most so many make up `span_ms`.
std::int64_t NiceLength(std::int64_t span_ms, std::int64_t most, std::int64_t part_ms);

}  // namespace skep::metrics
