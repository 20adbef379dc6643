#include "bench/slope.h"

#include <gtest/gtest.h>

#include <vector>

namespace skep::bench {
namespace {

TEST(BenchmarkSlope, IsThatOfTheLine) {
  const std::vector<Point> points = {{0, 5}, {1, 7}, {2, 9}, {3, 11}};
  EXPECT_EQ(Slope(points), 2);
}

TEST(BenchmarkSlope, AnOddPointDoesNotMoveIt) {
  const std::vector<Point> points = {{0, 5}, {1, 5}, {2, 900}, {3, 5}, {4, 5}, {5, 5}};
  EXPECT_EQ(Slope(points), 0);
}

TEST(BenchmarkSlope, TwoPointsHaveNone) {
  const std::vector<Point> points = {{0, 5}, {1, 6}};
  EXPECT_FALSE(Slope(points));
}

TEST(BenchmarkPeakGrowth, WhatSwingsDoesNotGrow) {
  const std::vector<Point> swings = {{0, 10}, {1, 15}, {2, 10}, {3, 15}, {4, 10}, {5, 15}};
  EXPECT_EQ(PeakGrowth(swings), 0);
  const std::vector<Point> shrinks = {{0, 15}, {1, 10}, {2, 9}, {3, 8}};
  EXPECT_EQ(PeakGrowth(shrinks), -6);
}

TEST(BenchmarkPeakGrowth, WhatRisesWhileItSwingsGrows) {
  const std::vector<Point> rises = {{0, 10}, {1, 15}, {2, 11}, {3, 16}, {4, 12}, {5, 18}};
  EXPECT_EQ(PeakGrowth(rises), 3);
}

TEST(BenchmarkPeakGrowth, ThreePointsHaveNone) {
  const std::vector<Point> points = {{0, 5}, {1, 6}, {2, 7}};
  EXPECT_FALSE(PeakGrowth(points));
}

}  // namespace
}  // namespace skep::bench
