#include "load/statistics.h"

#include <gtest/gtest.h>

#include <vector>

namespace skep::load {
namespace {

TEST(Median, IsTheMiddleValueOrTheMeanOfTheTwo) {
  EXPECT_EQ(Median(std::vector<double>{}), std::nullopt);
  EXPECT_EQ(Median(std::vector<double>{7}), 7);
  EXPECT_EQ(Median(std::vector<double>{9, 1, 5}), 5);
  EXPECT_EQ(Median(std::vector<double>{9, 1, 5, 6}), 5.5);
}

TEST(BootstrapInterval, LiesAboutTheMedianAndWithinTheValues) {
  const std::vector<double> values = {10, 12, 11, 13, 9, 11, 10, 12, 50};
  const auto range = BootstrapInterval(values);
  ASSERT_TRUE(range);
  EXPECT_LE(range->low, 11);
  EXPECT_GE(range->high, 11);
  EXPECT_GE(range->low, 9);
  // One value far away does not move the median.
  EXPECT_LT(range->high, 50);
}

TEST(BootstrapInterval, IsTheSameForTheSameSeed) {
  const std::vector<double> values = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
  EXPECT_EQ(BootstrapInterval(values, 7), BootstrapInterval(values, 7));
}

TEST(BootstrapInterval, OfEqualValuesIsAPoint) {
  EXPECT_EQ(BootstrapInterval(std::vector<double>{4, 4, 4, 4, 4}), (Range{4, 4}));
}

TEST(BootstrapInterval, SaysNothingOfFourValues) {
  EXPECT_EQ(BootstrapInterval(std::vector<double>{1, 2, 3, 4}), std::nullopt);
  EXPECT_EQ(BootstrapInterval(std::vector<double>{1, 2, 3, 4, 5}), (Range{1, 5}));
}

TEST(RatioOfMedians, OfPairsThatSlowDownTogetherIsNarrow) {
  // The machine was five times slower in some rounds; the one was always twice the other.
  const std::vector<double> below = {1, 5, 1.1, 5.2, 1.2, 4.9, 1, 5};
  std::vector<double> above;
  for (const double value : below) above.push_back(2 * value);
  const auto ratio = RatioOfMedians(above, below);
  ASSERT_TRUE(ratio);
  EXPECT_DOUBLE_EQ(ratio->value, 2);
  ASSERT_TRUE(ratio->range);
  EXPECT_DOUBLE_EQ(ratio->range->low, 2);
  EXPECT_DOUBLE_EQ(ratio->range->high, 2);
}

TEST(RatioOfMedians, HasNoIntervalWhereWhatIsBelowMayBeNothing) {
  const auto ratio = RatioOfMedians(std::vector<double>{1, 1, 1, 1, 1}, std::vector<double>{0, 0, 1, 2, 4});
  ASSERT_TRUE(ratio);
  EXPECT_DOUBLE_EQ(ratio->value, 1);
  EXPECT_EQ(ratio->range, std::nullopt);
}

TEST(RatioOfMedians, HasNoIntervalOfTwoPairsAndNoValueOverNothing) {
  const auto ratio = RatioOfMedians(std::vector<double>{2, 4}, std::vector<double>{1, 2});
  ASSERT_TRUE(ratio);
  EXPECT_DOUBLE_EQ(ratio->value, 2);
  EXPECT_EQ(ratio->range, std::nullopt);
  EXPECT_FALSE(RatioOfMedians(std::vector<double>{1}, std::vector<double>{0}));
  EXPECT_FALSE(RatioOfMedians(std::vector<double>{}, std::vector<double>{}));
}

}  // namespace
}  // namespace skep::load
