#include "base/histogram.h"

#include <cmath>

namespace skep {

void Histogram::Merge(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  clamped_ += other.clamped_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::Clear() {
  counts_.fill(0);
  count_ = clamped_ = sum_ = max_ = 0;
  min_ = UINT64_MAX;
}

std::optional<std::uint64_t> Histogram::Min() const { return count_ == 0 ? std::nullopt : std::optional(min_); }

std::optional<std::uint64_t> Histogram::Max() const { return count_ == 0 ? std::nullopt : std::optional(max_); }

std::optional<double> Histogram::Mean() const {
  if (count_ == 0) return std::nullopt;
  return static_cast<double>(sum_) / static_cast<double>(count_);
}

std::optional<std::uint64_t> Histogram::Percentile(double percent) const {
  if (count_ == 0) return std::nullopt;
  // 99.9 is a little more than 99.9 in binary, and 99.9 % of 1,000 must be rank 999: the next number below is never
  // more than what was written, and too near to miss a rank.
  const double below = std::nextafter(std::clamp(percent, 0.0, 100.0), 0.0);
  const double rank = std::max(1.0, std::ceil(below / 100 * static_cast<double>(count_)));
  const auto wanted = std::min(count_, static_cast<std::uint64_t>(rank));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    if (seen >= wanted) return std::min(Highest(i), max_);
  }
  return max_;
}

}  // namespace skep
