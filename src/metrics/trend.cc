#include "metrics/trend.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace skep::metrics {
namespace {

/// So many terms of the binomial distribution are added up; beyond, the normal distribution differs from it by less
/// than a hundredth of what is at stake.
constexpr std::int64_t kExactly = 1000;

/// The probability of k or fewer out of n.
double AtMost(std::int64_t k, std::int64_t n, double p) {
  if (k < 0) return 0;
  if (k >= n) return 1;
  const auto count = static_cast<double>(n);
  if (k > kExactly) {
    const double z = (static_cast<double>(k) + 0.5 - count * p) / std::sqrt(count * p * (1 - p));
    return std::erfc(-z / std::numbers::sqrt2) / 2;
  }
  double sum = 0;
  for (std::int64_t i = 0; i <= k; ++i) {
    const auto hits = static_cast<double>(i);
    sum += std::exp(std::lgamma(count + 1) - std::lgamma(hits + 1) - std::lgamma(count - hits + 1) +
                    hits * std::log(p) + (count - hits) * std::log1p(-p));
  }
  return std::min(sum, 1.0);
}

double Chance(std::int64_t later, std::int64_t all, double p) {
  const double at_most = AtMost(later, all, p);
  const double at_least = 1 - AtMost(later - 1, all, p);
  return std::clamp(2 * std::min(at_most, at_least), 0.0, 1.0);
}

}  // namespace

Change Compare(std::int64_t earlier, std::int64_t later, double later_share) {
  Change change{.earlier = earlier, .later = later};
  const std::int64_t all = earlier + later;
  if (all == 0 || !(later_share > 0 && later_share < 1)) return change;
  change.chance = Chance(later, all, later_share);
  if (*change.chance < kChanceOfNoise) {
    const bool more = static_cast<double>(later) > later_share * static_cast<double>(all);
    change.trend = more ? Trend::kRising : Trend::kFalling;
    return change;
  }
  // As many as would be there if the rate had doubled.
  const double doubled = 2 * later_share / (1 + later_share);
  const auto would_be = static_cast<std::int64_t>(std::ceil(doubled * static_cast<double>(all)));
  if (Chance(would_be, all, later_share) < kChanceOfNoise) change.trend = Trend::kSteady;
  return change;
}

bool ClearlyPrecedes(const Predecessor& one, std::int64_t events, std::int64_t all) {
  if (one.count < 2 || one.anything >= all) return false;
  const double usual = static_cast<double>(one.anything) / static_cast<double>(all);
  // Of one that was never seen before anything nothing is known.
  if (!(usual > 0) || static_cast<double>(one.count) < 2 * usual * static_cast<double>(events)) return false;
  return 1 - AtMost(one.count - 1, events, usual) < kChanceOfNoise;
}

}  // namespace skep::metrics
