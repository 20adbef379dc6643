#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace skep::metrics {

/// What became of the number of some events, from the first part of a period to the second.
enum class Trend : int {
  kTooFew,  ///< Not even twice as many in one part as in the other would be more than chance.
  kSteady,
  kRising,
  kFalling,
};
constexpr std::array<std::string_view, 4> Names(Trend) { return {"too_few", "steady", "rising", "falling"}; }

/// Below this a difference is taken for more than chance.
inline constexpr double kChanceOfNoise = 0.01;

struct Change {
  std::int64_t earlier = 0;
  std::int64_t later = 0;
  Trend trend = Trend::kTooFew;
  /// How likely at least such a difference is by chance, in either direction: by the binomial distribution, if each
  /// event happened by itself and equally likely at any time of the period. Nothing when there are no events.
  std::optional<double> chance;
};

/// `later_share`: how much of the period is its second part, between 0 and 1. Else the trend is kTooFew.
Change Compare(std::int64_t earlier, std::int64_t later, double later_share = 0.5);

}  // namespace skep::metrics
