#include "metrics/distribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace skep::metrics {

void Distribution::AddBucket(std::size_t bucket, std::uint64_t count) {
  if (bucket >= counts_.size()) counts_.resize(bucket + 1);
  counts_[bucket] += count;
  count_ += count;
}

void Distribution::AddTotals(std::uint64_t total, std::uint64_t most) {
  total_ += total;
  most_ = std::max(most_, most);
}

void Distribution::Merge(const Distribution& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  AddTotals(other.total_, other.most_);
}

std::optional<double> Distribution::mean() const {
  if (count_ == 0) return std::nullopt;
  return static_cast<double>(total_) / static_cast<double>(count_);
}

std::optional<std::uint64_t> Distribution::Percentile(double percent) const {
  if (count_ == 0) return std::nullopt;
  const double wanted = std::ceil(std::clamp(percent, 0.0, 100.0) / 100 * static_cast<double>(count_));
  const auto rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(BucketScale::Highest(i), most_);
  }
  return most_;
}

std::string Distribution::Text() const {
  std::string text;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0) continue;
    fmt::format_to(std::back_inserter(text), "{}{}:{}", text.empty() ? "" : ",", BucketScale::Highest(i), counts_[i]);
  }
  return text;
}

bool Distribution::AddText(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (!text.empty()) {
    std::uint64_t highest = 0;
    std::uint64_t count = 0;
    const auto value = std::from_chars(at, end, highest);
    if (value.ec != std::errc() || value.ptr == end || *value.ptr != ':') return false;
    const auto number = std::from_chars(value.ptr + 1, end, count);
    if (number.ec != std::errc()) return false;
    AddBucket(BucketScale::Of(highest), count);
    at = number.ptr;
    if (at == end) return true;
    if (*at++ != ',') return false;
  }
  return true;
}

}  // namespace skep::metrics
