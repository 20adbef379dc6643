#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
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

/// Something that came before an event, or an operation before a call.
struct Predecessor {
  std::string name;
  std::int64_t count = 0;     ///< How often before this one.
  std::int64_t anything = 0;  ///< How often before anything.
};
/// Whether it comes before one clearly more often than before others: `count` of `events` times, and `anything` of
/// `all` times before whatever it be. At least twice as often, at least twice, and not by chance.
bool ClearlyPrecedes(const Predecessor& one, std::int64_t events, std::int64_t all);

}  // namespace skep::metrics
