#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace skep::fuzz {

/// xoshiro256** (Blackman and Vigna), seeded by SplitMix64 as its authors advise: the same numbers from the same seed
/// on every machine and with every standard library, which std::uniform_int_distribution does not promise.
class Random {
 public:
  /// `stream` tells those apart that have one seed.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

  std::uint64_t Next();
  /// Less than `bound`, which is > 0. The bias of a 64-bit product is of no consequence here.
  std::size_t Below(std::size_t bound) {
    return static_cast<std::size_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
  }
  bool OneIn(std::size_t n) { return Below(n) == 0; }
  template <class Range>
  const auto& Pick(const Range& range) {
    return *(std::begin(range) + static_cast<std::ptrdiff_t>(Below(std::size(range))));
  }

 private:
  std::uint64_t state_[4];
};

}  // namespace skep::fuzz
