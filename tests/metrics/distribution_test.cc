#include "metrics/distribution.h"

#include <gtest/gtest.h>

#include <string>

namespace skep::metrics {
namespace {

TEST(Distribution, EveryValueIsInABucketThatEndsAtMostAThirtySecondAboveIt) {
  for (std::uint64_t value = 0; value < BucketScale::kMaxValue / 2; value = value * 9 / 8 + 1) {
    const std::uint64_t highest = BucketScale::Highest(BucketScale::Of(value));
    EXPECT_GE(highest, value);
    EXPECT_LE(highest - value, value / 32) << value;
  }
  EXPECT_EQ(BucketScale::Of(UINT64_MAX), BucketScale::kCount - 1);
  EXPECT_EQ(BucketScale::Highest(BucketScale::kCount - 1), BucketScale::kMaxValue);
}

TEST(Distribution, PercentilesAreByRankAndNeverAboveTheGreatest) {
  Distribution values;
  EXPECT_EQ(values.Percentile(50), std::nullopt);
  EXPECT_EQ(values.mean(), std::nullopt);
  for (std::uint64_t value = 1; value <= 20; ++value) values.Add(value);
  values.Add(1000);
  EXPECT_EQ(values.Percentile(0), 1);
  EXPECT_EQ(values.Percentile(50), 11);
  EXPECT_EQ(values.Percentile(95), 20);
  EXPECT_EQ(values.Percentile(100), 1000);
  EXPECT_EQ(values.count(), 21);
  EXPECT_EQ(values.total(), 1210);
}

TEST(Distribution, ItsTextIsReadBackAsItWas) {
  Distribution values;
  for (const std::uint64_t value : std::initializer_list<std::uint64_t>{3, 3, 70, 71, 1'000'000}) values.Add(value);
  EXPECT_EQ(values.Text(), "3:2,71:2,1015807:1");
  Distribution read;
  ASSERT_TRUE(read.AddText(values.Text()));
  read.AddTotals(values.total(), values.most());
  EXPECT_EQ(read.counts(), values.counts());
  EXPECT_EQ(read.Percentile(99), 1'000'000);
  for (const std::string bad : {"3", "3:", "3:2,", ":2", "a:1", "3:2;4:1"})
    EXPECT_FALSE(Distribution().AddText(bad)) << bad;
  EXPECT_TRUE(Distribution().AddText(""));
}

TEST(Distribution, MergedTheyAreAsIfOneHadSeenAll) {
  Distribution low;
  Distribution high;
  Distribution all;
  for (std::uint64_t value = 1; value < 5000; value += 7) {
    (value % 2 == 0 ? low : high).Add(value);
    all.Add(value);
  }
  low.Merge(high);
  EXPECT_EQ(low.Text(), all.Text());
  EXPECT_EQ(low.total(), all.total());
  EXPECT_EQ(low.most(), all.most());
}

}  // namespace
}  // namespace skep::metrics
