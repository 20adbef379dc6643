#include "load/statistics.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace skep::load {
namespace {

constexpr std::size_t kResamples = 10'000;

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers everywhere, from any seed.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::size_t Below(std::size_t end) {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<std::size_t>(((z ^ (z >> 31)) >> 32) * end >> 32);
  }

 private:
  std::uint64_t state_;
};

/// REQUIRES: at least one.
double MedianOf(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

/// What is left when a fortieth is cut off at either end. REQUIRES: at least one.
Range MiddleOf(std::vector<double>& values) {
  std::ranges::sort(values);
  const std::size_t cut = values.size() / 40;
  return {values[cut], values[values.size() - 1 - cut]};
}

}  // namespace

std::optional<double> Median(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  std::vector<double> copy(values.begin(), values.end());
  return MedianOf(copy);
}

std::optional<Range> BootstrapInterval(std::span<const double> values, std::uint64_t seed) {
  if (values.size() < kLeastValues) return std::nullopt;
  Random random(seed);
  std::vector<double> medians(kResamples);
  std::vector<double> resample(values.size());
  for (double& median : medians) {
    for (double& value : resample) value = values[random.Below(values.size())];
    median = MedianOf(resample);
  }
  return MiddleOf(medians);
}

std::optional<Ratio> RatioOfMedians(std::span<const double> above, std::span<const double> below, std::uint64_t seed) {
  const auto top = Median(above);
  const auto bottom = Median(below);
  if (!top || !bottom || *bottom == 0) return std::nullopt;
  Ratio ratio{.value = *top / *bottom};
  if (above.size() < kLeastValues) return ratio;
  Random random(seed);
  std::vector<double> ratios;
  std::vector<double> tops(above.size());
  std::vector<double> bottoms(above.size());
  for (std::size_t i = 0; i < kResamples; ++i) {
    for (std::size_t j = 0; j < above.size(); ++j) {
      const std::size_t pair = random.Below(above.size());
      tops[j] = above[pair];
      bottoms[j] = below[pair];
    }
    const double of_bottoms = MedianOf(bottoms);
    // Left out, it would make the interval narrower than it is.
    if (of_bottoms == 0) return ratio;
    ratios.push_back(MedianOf(tops) / of_bottoms);
  }
  ratio.range = MiddleOf(ratios);
  return ratio;
}

}  // namespace skep::load
