#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep::metrics {

/// The buckets of everything that is recorded: log-linear as those of base/histogram.h, but coarser, because there is
/// a set of them for each operation. A value below 32 has a bucket of its own; each power of two from there on is cut
/// into 32, so that two values in one bucket differ by less than 1/32 = 3.2 % of either.
struct BucketScale {
  static constexpr unsigned kSubBits = 5;
  /// Values stay below 2^42: nanoseconds of 73 minutes.
  static constexpr unsigned kValueBits = 42;
  static constexpr std::uint64_t kMaxValue = (std::uint64_t{1} << kValueBits) - 1;
  static constexpr std::size_t kCount = std::size_t{kValueBits - kSubBits + 1} << kSubBits;

  static constexpr std::size_t Of(std::uint64_t value) {
    if (value > kMaxValue) value = kMaxValue;
    const unsigned shift = static_cast<unsigned>(std::bit_width(value | (std::uint64_t{1} << kSubBits))) - 1 - kSubBits;
    return (std::size_t{shift} << kSubBits) + static_cast<std::size_t>(value >> shift);
  }
  /// The lowest value of a bucket, and the highest.
  static constexpr std::uint64_t Lowest(std::size_t bucket) { return bucket == 0 ? 0 : Highest(bucket - 1) + 1; }
  static constexpr std::uint64_t Highest(std::size_t bucket) {
    const std::size_t magnitude = bucket >> kSubBits;
    const std::size_t shift = magnitude == 0 ? 0 : magnitude - 1;
    return ((std::uint64_t{bucket - (shift << kSubBits)} + 1) << shift) - 1;
  }
};

/// How the values of one operation were distributed. Plain data; grows to what it holds, at most 10 KiB.
class Distribution {
 public:
  void Add(std::uint64_t value) {
    AddBucket(BucketScale::Of(value), 1);
    total_ += value;
    if (value > most_) most_ = value;
  }
  /// As read from where it was kept: values in a bucket, and the sum and the greatest of all.
  void AddBucket(std::size_t bucket, std::uint64_t count);
  void AddTotals(std::uint64_t total, std::uint64_t most);
  void Merge(const Distribution& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t total() const { return total_; }
  /// Exact; 0 when there is none.
  std::uint64_t most() const { return most_; }
  std::optional<double> mean() const;
  /// The highest value of the bucket that has the value of rank max(1, ⌈percent / 100 × count⌉), or most() if that is
  /// less. Nothing when there are no values.
  std::optional<std::uint64_t> Percentile(double percent) const;

  /// "255:3,263:1": the highest value of a bucket and how many values are in it, in order. Empty when there are none.
  std::string Text() const;
  /// Adds what Text() has written; false, and perhaps a part of it added, when it has not.
  bool AddText(std::string_view text);

  /// Counts by bucket; what is beyond the end is 0.
  const std::vector<std::uint64_t>& counts() const { return counts_; }

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t most_ = 0;
};

}  // namespace skep::metrics
