#include "base/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

namespace skep {
namespace {

/// What Percentile promises, for the value of that rank.
void ExpectNear(std::uint64_t exact, std::uint64_t answer) {
  EXPECT_GE(answer, exact);
  EXPECT_LE((answer - exact) * 128, exact) << answer << " for " << exact;
  if (exact < 256) {
    EXPECT_EQ(answer, exact);
  }
}

/// Durations as they come: spread over magnitudes, with a body and a long tail.
std::vector<std::uint64_t> Durations(unsigned seed, std::size_t count) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> body(10, 2.5);
  std::vector<std::uint64_t> values(count);
  for (std::uint64_t& value : values) {
    value = random() % 50 == 0 ? random() % Histogram::kMaxValue : static_cast<std::uint64_t>(body(random));
  }
  return values;
}

std::unique_ptr<Histogram> Recorded(const std::vector<std::uint64_t>& values) {
  auto histogram = std::make_unique<Histogram>();
  for (const std::uint64_t value : values) histogram->Record(value);
  return histogram;
}

TEST(Histogram, WithoutDataAnswersNothing) {
  const Histogram histogram;
  EXPECT_EQ(histogram.Count(), 0u);
  EXPECT_FALSE(histogram.Percentile(50).has_value());
  EXPECT_FALSE(histogram.Min().has_value());
  EXPECT_FALSE(histogram.Max().has_value());
  EXPECT_FALSE(histogram.Mean().has_value());
}

TEST(Histogram, AnyPairOfNeighboursIsToldApartOrNearEnough) {
  // Every magnitude, at its start, its end, and in between: the answer for a single low value below a high one.
  std::mt19937_64 random(3);
  for (unsigned bits = 0; bits < Histogram::kValueBits; ++bits) {
    const std::uint64_t start = std::uint64_t{1} << bits;
    for (int i = 0; i < 300; ++i) {
      const std::uint64_t value = i == 0 ? start : i == 1 ? 2 * start - 1 : start + random() % start;
      Histogram histogram;
      histogram.Record(value);
      histogram.Record(Histogram::kMaxValue);
      ExpectNear(value, *histogram.Percentile(50));
    }
  }
}

TEST(Histogram, ValuesBelow256AreExact) {
  Histogram histogram;
  for (std::uint64_t value = 0; value < 256; ++value) histogram.Record(value);
  for (std::uint64_t rank = 1; rank <= 256; ++rank) {
    EXPECT_EQ(histogram.Percentile(100.0 * static_cast<double>(rank) / 256), rank - 1);
  }
}

TEST(Histogram, PercentilesMatchTheExactOnesOfTheSameData) {
  for (const std::size_t count : {1u, 2u, 3u, 10u, 999u, 1000u, 100'000u}) {
    std::vector<std::uint64_t> values = Durations(static_cast<unsigned>(count), count);
    const auto histogram = Recorded(values);
    std::ranges::sort(values);
    // In tenths of a percent, so that the exact rank is integer arithmetic.
    for (const std::size_t permille : {0u, 1u, 10u, 100u, 250u, 500u, 750u, 900u, 950u, 990u, 999u, 1000u}) {
      const std::size_t rank = std::max<std::size_t>(1, (permille * count + 999) / 1000);
      SCOPED_TRACE(testing::Message() << permille << " permille of " << count);
      ExpectNear(values[rank - 1], *histogram->Percentile(static_cast<double>(permille) / 10));
    }
    EXPECT_EQ(histogram->Min(), values.front());
    EXPECT_EQ(histogram->Max(), values.back());
    EXPECT_EQ(histogram->Percentile(100), values.back());
    EXPECT_EQ(histogram->Count(), count);
  }
}

TEST(Histogram, RanksDoNotSlipThroughBinaryFractions) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 200; ++value) histogram.Record(value);
  EXPECT_EQ(histogram.Percentile(99.5), 199u);
  EXPECT_EQ(histogram.Percentile(50), 100u);
  EXPECT_EQ(histogram.Percentile(50.1), 101u);
  EXPECT_EQ(histogram.Percentile(0.5), 1u);
}

TEST(Histogram, APercentOutsideItsRangeIsTakenIntoIt) {
  const auto histogram = Recorded({5, 6, 7});
  EXPECT_EQ(histogram->Percentile(-1), 5u);
  EXPECT_EQ(histogram->Percentile(1000), 7u);
  EXPECT_EQ(histogram->Percentile(std::nan("")), 5u);
}

TEST(Histogram, MergedIsAsIfAllHadBeenRecordedInOne) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const std::vector<std::uint64_t> a = Durations(seed, seed * 37);
    const std::vector<std::uint64_t> b = Durations(seed + 100, 500);
    std::vector<std::uint64_t> all = a;
    all.insert(all.end(), b.begin(), b.end());
    const auto merged = Recorded(a);
    merged->Merge(*Recorded(b));
    const auto one = Recorded(all);
    EXPECT_EQ(merged->Count(), one->Count());
    EXPECT_EQ(merged->Min(), one->Min());
    EXPECT_EQ(merged->Max(), one->Max());
    EXPECT_EQ(merged->Mean(), one->Mean());
    EXPECT_EQ(merged->Clamped(), one->Clamped());
    for (int percent = 0; percent <= 100; ++percent) {
      EXPECT_EQ(merged->Percentile(percent), one->Percentile(percent));
    }
  }
}

TEST(Histogram, MeanIsExact) { EXPECT_EQ(Recorded({1, 2, 1'000'000'000})->Mean(), 1'000'000'003 / 3.0); }

TEST(Histogram, WhatIsTooLongIsClampedAndCounted) {
  Histogram histogram;
  histogram.Record(Histogram::kMaxValue);
  EXPECT_EQ(histogram.Clamped(), 0u);
  histogram.Record(Histogram::kMaxValue + 1);
  histogram.Record(UINT64_MAX);
  EXPECT_EQ(histogram.Clamped(), 2u);
  EXPECT_EQ(histogram.Count(), 3u);
  EXPECT_EQ(histogram.Max(), Histogram::kMaxValue);
  EXPECT_EQ(histogram.Percentile(50), Histogram::kMaxValue);
}

TEST(Histogram, ClearedIsAsNew) {
  const auto histogram = Recorded({1, 1000, UINT64_MAX});
  histogram->Clear();
  EXPECT_EQ(histogram->Count(), 0u);
  EXPECT_EQ(histogram->Clamped(), 0u);
  EXPECT_FALSE(histogram->Percentile(50).has_value());
  histogram->Record(7);
  EXPECT_EQ(histogram->Percentile(100), 7u);
  EXPECT_EQ(histogram->Min(), 7u);
  EXPECT_EQ(histogram->Mean(), 7.0);
}

}  // namespace
}  // namespace skep
