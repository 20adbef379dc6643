#include "metrics/trend.h"

#include <gtest/gtest.h>

namespace skep::metrics {
namespace {

TEST(Compare, NothingHasNoTrend) {
  const Change change = Compare(0, 0);
  EXPECT_EQ(change.trend, Trend::kTooFew);
  EXPECT_FALSE(change.chance);
}

TEST(Compare, AFewAreTooFew) {
  EXPECT_EQ(Compare(1, 3).trend, Trend::kTooFew);
  EXPECT_EQ(Compare(3, 3).trend, Trend::kTooFew);
}

TEST(Compare, AChangeBeyondChanceIsNamed) {
  // 2 × 0.5^8 = 0.0078
  EXPECT_EQ(Compare(0, 8).trend, Trend::kRising);
  EXPECT_NEAR(*Compare(0, 8).chance, 0.0078125, 1e-12);
  EXPECT_EQ(Compare(8, 0).trend, Trend::kFalling);
  EXPECT_EQ(Compare(0, 7).trend, Trend::kTooFew);
}

TEST(Compare, ManyThatAreAboutAsManyAreSteady) {
  EXPECT_EQ(Compare(50, 52).trend, Trend::kSteady);
  EXPECT_EQ(Compare(5000, 5100).trend, Trend::kSteady);
  EXPECT_EQ(Compare(5000, 5500).trend, Trend::kRising);
}

TEST(Compare, TheChanceIsThatOfTheBinomialDistribution) {
  // 5 or more of 6, or 1 or fewer: 2 × 7 / 64.
  EXPECT_NEAR(*Compare(1, 5).chance, 14.0 / 64, 1e-12);
  EXPECT_NEAR(*Compare(3, 3).chance, 1.0, 1e-12);
  // On both sides of where it is no longer added up.
  EXPECT_NEAR(*Compare(950, 1000).chance, *Compare(950, 1001).chance, 0.02);
}

TEST(Compare, ALongerPartMayHaveMore) {
  EXPECT_EQ(Compare(0, 8, 0.9).trend, Trend::kTooFew);
  EXPECT_EQ(Compare(100, 300, 0.75).trend, Trend::kSteady);
  EXPECT_EQ(Compare(8, 0, 0.9).trend, Trend::kFalling);
}

TEST(Compare, WithoutASecondPartThereIsNoTrend) {
  EXPECT_EQ(Compare(100, 0, 0).trend, Trend::kTooFew);
  EXPECT_EQ(Compare(0, 100, 1).trend, Trend::kTooFew);
}

TEST(ClearlyPrecedes, WhatPrecedesNearlyEverythingPrecedesNothingInParticular) {
  EXPECT_FALSE(ClearlyPrecedes({.name = "", .count = 2, .anything = 60}, 3, 100));
  EXPECT_FALSE(ClearlyPrecedes({.name = "", .count = 900, .anything = 9000}, 1000, 10'000));
}

TEST(ClearlyPrecedes, WhatIsRareElsewhereDoes) {
  EXPECT_TRUE(ClearlyPrecedes({.name = "", .count = 3, .anything = 4}, 3, 100));
  EXPECT_TRUE(ClearlyPrecedes({.name = "", .count = 400, .anything = 1000}, 1000, 10'000));
}

TEST(ClearlyPrecedes, OnceMayBeChance) {
  EXPECT_FALSE(ClearlyPrecedes({.name = "", .count = 1, .anything = 1}, 1, 1000));
  // 2 of 5 where every fifth is one.
  EXPECT_FALSE(ClearlyPrecedes({.name = "", .count = 2, .anything = 20}, 5, 100));
  // Many tries with a small chance each: 4 where 2 are expected.
  EXPECT_FALSE(ClearlyPrecedes({.name = "", .count = 4, .anything = 20}, 2000, 20'000));
}

TEST(ClearlyPrecedes, WithoutABaseNothingIsSaid) {
  EXPECT_FALSE(ClearlyPrecedes({.name = "", .count = 5, .anything = 0}, 5, 100));
  EXPECT_FALSE(ClearlyPrecedes({.name = "", .count = 5, .anything = 0}, 5, 0));
}

}  // namespace
}  // namespace skep::metrics
