#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// What repeated measurements say. Stateless.
namespace skep::load {

/// The middle value, or the mean of the two that are; nothing of nothing.
std::optional<double> Median(std::span<const double> values);

/// Where a figure lies with 95 % confidence.
struct Range {
  double low = 0;
  double high = 0;
  bool operator==(const Range&) const = default;
};

/// Values, or pairs of them, that an interval needs. The median of n values lies between the least and the most of a
/// sample with a probability of 1 - 2^(1-n): 75 % of three, 94 % of five. Fewer say too little for what is called 95 %.
inline constexpr std::size_t kLeastValues = 5;

/// Of the median: the percentile bootstrap (Efron 1979) of 10,000 resamples, chosen by the seed. Nothing of fewer than
/// kLeastValues.
std::optional<Range> BootstrapInterval(std::span<const double> values, std::uint64_t seed = 1);

struct Ratio {
  double value = 0;            ///< The median of `above` by the median of `below`.
  std::optional<Range> range;  ///< None of fewer than kLeastValues pairs, or where a resample's median below is 0.
};
/// Of values that were measured in turn, pair by pair: a resample keeps pairs together, so that what slowed both down
/// widens nothing. Nothing when there are none, or the median below is 0. REQUIRES: as many of each.
std::optional<Ratio> RatioOfMedians(std::span<const double> above, std::span<const double> below,
                                    std::uint64_t seed = 1);

}  // namespace skep::load
