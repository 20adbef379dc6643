#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace skep {

/// Counts of durations in nanoseconds, from which any percentile can be read with a relative error below 1 %.
///
/// Log-linear buckets, as in HdrHistogram. A value below 2^kSubBits = 128 has a bucket of its own. From there on each
/// power of two [2^m, 2^(m+1)) is cut into 128 buckets of 2^(m-7) values: the bucket's index is the value's top eight
/// bits and its magnitude. A bucket that starts at `low` ≥ 2^m is thus at most low / 128 wide, so two values in one
/// bucket differ by less than 1/128 = 0.79 % of either.
///
/// One writer; readers only in turn with it. sizeof is its whole memory, 36 KiB and some, whatever is recorded.
class Histogram {
 public:
  static constexpr unsigned kSubBits = 7;
  /// Values stay below 2^42 ns, 73 minutes: nothing that is waited for takes longer.
  static constexpr unsigned kValueBits = 42;
  static constexpr std::uint64_t kMaxValue = (std::uint64_t{1} << kValueBits) - 1;

  /// A value beyond kMaxValue counts as kMaxValue, and in Clamped().
  void Record(std::uint64_t value) {
    if (value > kMaxValue) [[unlikely]] {
      ++clamped_;
      value = kMaxValue;
    }
    ++counts_[Bucket(value)];
    ++count_;
    sum_ += value;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
  }

  /// Afterwards this is as if everything recorded in `other` had been recorded here too.
  void Merge(const Histogram& other);
  void Clear();

  std::uint64_t Count() const { return count_; }
  std::uint64_t Clamped() const { return clamped_; }
  /// Exact; nothing when nothing was recorded.
  std::optional<std::uint64_t> Min() const;
  std::optional<std::uint64_t> Max() const;
  std::optional<double> Mean() const;

  /// Let v be the recorded value of rank max(1, ⌈percent / 100 × Count()⌉), the smallest having rank 1. This is the
  /// highest value in v's bucket, or Max() if that is less: so v ≤ Percentile(percent) < v × (1 + 1/128), values below
  /// 256 are exact, and Percentile(100) is Max(). Nothing when nothing was recorded. `percent` is taken into [0, 100].
  std::optional<std::uint64_t> Percentile(double percent) const;

 private:
  static constexpr std::size_t kBuckets = std::size_t{kValueBits - kSubBits + 1} << kSubBits;

  /// Shifting a value right by its magnitude's distance from 2^kSubBits leaves its top eight bits, 128 … 255 (or the
  /// value itself when it has no more bits); each further magnitude starts 128 higher.
  static constexpr std::size_t Bucket(std::uint64_t value) {
    const unsigned shift = Shift(value);
    return (std::size_t{shift} << kSubBits) + static_cast<std::size_t>(value >> shift);
  }
  static constexpr unsigned Shift(std::uint64_t value) {
    constexpr std::uint64_t kOwnBuckets = std::uint64_t{1} << kSubBits;
    return static_cast<unsigned>(std::bit_width(value | kOwnBuckets)) - 1 - kSubBits;
  }
  /// The highest value that Bucket() maps to `bucket`.
  static constexpr std::uint64_t Highest(std::size_t bucket) {
    // Bucket() backwards. The shift is 0 for the first 256 buckets, and one more for every 128 from there; what remains
    // of the index without the shift's share is the value's top bits.
    const std::size_t magnitude = bucket >> kSubBits;
    const std::size_t shift = magnitude == 0 ? 0 : magnitude - 1;
    return ((std::uint64_t{bucket - (shift << kSubBits)} + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t clamped_ = 0;
  /// Wraps after 2^64 ns, 584 years of measured time.
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = UINT64_MAX;
  std::uint64_t max_ = 0;
};

static_assert(sizeof(Histogram) == 36 * 1024 + 5 * sizeof(std::uint64_t));

}  // namespace skep
