#include "benchmark/slope.h"

#include <gtest/gtest.h>

#include <vector>

namespace skep::benchmark {
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

}  // namespace
}  // namespace skep::benchmark
