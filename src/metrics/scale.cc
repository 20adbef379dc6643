#include "metrics/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "base/time_text.h"

namespace skep::metrics {
namespace {

struct Magnitude {
  double size;
  std::string_view name;
};
constexpr Magnitude kDurations[] = {{3600e9, " h"}, {60e9, " min"}, {1e9, " s"},
                                    {1e6, " ms"},   {1e3, " µs"},   {1, " ns"}};
constexpr Magnitude kSizes[] = {{1e9, " GB"}, {1e6, " MB"}, {1e3, " kB"}, {1, " B"}};
constexpr Magnitude kCounts[] = {{1, ""}};
constexpr Magnitude kRates[] = {{1, "/s"}};

std::span<const Magnitude> MagnitudesOf(Unit unit) {
  switch (unit) {
    case Unit::kNs:
      return kDurations;
    case Unit::kBytes:
      return kSizes;
    case Unit::kPerSecond:
      return kRates;
    case Unit::kCount:
    case Unit::kCores:
      break;
  }
  return kCounts;
}

const Magnitude& MagnitudeOf(double value, Unit unit) {
  const auto all = MagnitudesOf(unit);
  // 999.5 is 1.00 of the next one.
  const auto found = std::ranges::find_if(all, [&](const Magnitude& one) { return value >= 0.9995 * one.size; });
  return found == all.end() ? all.back() : *found;
}

/// From here on digits are grouped: where there is no larger unit, as of rates.
constexpr double kThousand = 999.5;

/// Round: 5, not 5.00.
std::string TickText(double value, Unit unit) {
  if (value == 0) return "0";
  const Magnitude& magnitude = MagnitudeOf(value, unit);
  const double scaled = value / magnitude.size;
  if (unit == Unit::kCount || scaled >= kThousand) return ValueText(value, unit);
  return fmt::format("{:.4g}{}", scaled, magnitude.name);
}

/// The smallest of 1, 2, 5, 10, 20 … that is not below.
double NiceStep(double least) {
  const double decade = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * decade >= least * (1 - 1e-9)) return factor * decade;
  }
  return 10 * decade;
}

/// Lengths of time that people count in, in s.
constexpr std::int64_t kLengths[] = {1,         2,         5,          10,        15,        20,        30,
                                     60,        2 * 60,    5 * 60,     10 * 60,   15 * 60,   20 * 60,   30 * 60,
                                     3600,      2 * 3600,  3 * 3600,   6 * 3600,  12 * 3600, 24 * 3600, 48 * 3600,
                                     5 * 86400, 7 * 86400, 14 * 86400, 28 * 86400};

/// Where a logarithmic axis of durations may begin, end and have ticks; each third one is a main one.
constexpr std::array<double, 52> kRoundDurations = {
    1,     2,     5,     10,    20,    50,    1e2,   2e2,   5e2,   1e3,   2e3,   5e3,    1e4,
    2e4,   5e4,   1e5,   2e5,   5e5,   1e6,   2e6,   5e6,   1e7,   2e7,   5e7,   1e8,    2e8,
    5e8,   1e9,   2e9,   5e9,   10e9,  20e9,  30e9,  60e9,  120e9, 300e9, 600e9, 1200e9, 1800e9,
    36e11, 72e11, 18e12, 36e12, 72e12, 18e13, 36e13, 72e13, 18e14, 36e14, 72e14, 18e15,  36e15};

}  // namespace

std::string CountText(std::uint64_t count) {
  std::string text = fmt::format("{}", count);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string ValueText(double value, Unit unit) {
  constexpr double kExact = 1e15;
  if (unit == Unit::kCount && value >= 0 && value < kExact && value == std::floor(value)) {
    return CountText(static_cast<std::uint64_t>(value));
  }
  const Magnitude& magnitude = MagnitudeOf(value, unit);
  const double scaled = value / magnitude.size;
  if (scaled >= kThousand && scaled < kExact) {
    return CountText(static_cast<std::uint64_t>(std::round(scaled))) + std::string(magnitude.name);
  }
  const bool whole = magnitude.size == 1 && scaled == std::floor(scaled);
  return fmt::format("{:.{}f}{}", scaled, whole || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2, magnitude.name);
}

double Axis::Share(double value) const {
  const double share =
      logarithmic ? std::log(std::max(value, low) / low) / std::log(high / low) : (value - low) / (high - low);
  return std::clamp(share, 0.0, 1.0);
}

Axis LinearAxis(double most, Unit unit) {
  constexpr double kTicks = 4;
  const bool whole = unit == Unit::kCount;
  const double least = std::max(most / kTicks, whole ? 1.0 : 1e-3);
  const double step = NiceStep(least);
  Axis axis;
  const double steps = std::max(1.0, std::ceil(most / step - 1e-9));
  axis.high = steps * step;
  for (double i = 0; i <= steps; ++i) axis.ticks.push_back({i * step, TickText(i * step, unit)});
  return axis;
}

Axis LogarithmicAxis(double least, double most) {
  const auto last = kRoundDurations.end() - 1;
  auto low = std::ranges::upper_bound(kRoundDurations, std::max(least, 1.0));
  --low;
  auto high = std::ranges::lower_bound(kRoundDurations, most);
  if (high > last) high = last;
  if (high == low) high == last ? --low : ++high;
  Axis axis{.low = *low, .high = *high, .logarithmic = true};
  const auto place = [](auto at) { return at - kRoundDurations.begin(); };
  // Decades alone when there are several of them, and not all of them when there are many.
  constexpr std::ptrdiff_t kMostTicks = 6;
  const std::ptrdiff_t places = place(high) - place(low) + 1;
  const std::ptrdiff_t step = places <= kMostTicks ? 1 : 3 * ((places + 3 * kMostTicks - 1) / (3 * kMostTicks));
  for (auto at = low; at <= high; ++at) {
    if (place(at) % step == 0) axis.ticks.push_back({*at, TickText(*at, Unit::kNs)});
  }
  return axis;
}

std::vector<TimeTick> TimeTicks(std::int64_t from_ms, std::int64_t to_ms, int most) {
  constexpr std::int64_t kDay = 86'400'000;
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::int64_t step = NiceLength(to_ms - from_ms, most, 1000);
  std::vector<TimeTick> ticks;
  for (std::int64_t at = (from_ms + step - 1) / step * step; at <= to_ms; at += step) {
    char text[kTimeTextSize];
    const std::string_view time = FormatTime(at, text);
    if (at % kDay == 0) {
      const auto month = static_cast<std::size_t>((time[5] - '0') * 10 + (time[6] - '0') - 1);
      ticks.push_back(
          {at, fmt::format("{} {}", time[8] == '0' ? time.substr(9, 1) : time.substr(8, 2), kMonths[month])});
    } else {
      ticks.push_back({at, std::string(time.substr(11, step < 60'000 ? 8 : 5))});
    }
  }
  return ticks;
}

std::string LengthText(std::int64_t ms) {
  if (ms < 1000) return fmt::format("{} ms", ms);
  const std::int64_t s = ms / 1000;
  if (s % 86400 == 0) return fmt::format("{} d", s / 86400);
  if (s % 3600 == 0) return fmt::format("{} h", s / 3600);
  if (s % 60 == 0) return fmt::format("{} min", s / 60);
  return fmt::format("{} s", s);
}

std::int64_t NiceLength(std::int64_t span_ms, std::int64_t most, std::int64_t part_ms) {
  for (const std::int64_t length : kLengths) {
    const std::int64_t ms = length * 1000;
    if (ms % part_ms == 0 && span_ms <= ms * most) return ms;
  }
  constexpr std::int64_t kDay = 86'400'000;
  return (span_ms / most / kDay + 1) * kDay;
}

}  // namespace skep::metrics
