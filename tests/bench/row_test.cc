#include "bench/row.h"

#include <gtest/gtest.h>

#include <vector>

namespace skep::bench {
namespace {

const Figure kFigure{.name = "calls", .unit = "/s", .better = Better::kHigher};

TEST(BenchmarkRow, SumsUpRepetitionsBesideTheirFloor) {
  const std::vector<double> values = {10, 12, 11, 100, 9};
  const std::vector<double> floors = {20, 24, 22, 200, 18};
  const Row row = Summarise("memory", kFigure, values, "echo", floors, 1);
  EXPECT_EQ(row.samples, 5);
  EXPECT_EQ(row.median, 11);
  ASSERT_TRUE(row.interval);
  EXPECT_LE(row.interval->low, 11);
  EXPECT_GE(row.interval->high, 11);
  EXPECT_EQ(row.floor.median, 22);
  EXPECT_EQ(row.ratio, 0.5);
  // Pairs stay together, and each of these has the same ratio.
  ASSERT_TRUE(row.ratio_interval);
  EXPECT_EQ(row.ratio_interval->low, 0.5);
  EXPECT_EQ(row.ratio_interval->high, 0.5);
}

TEST(BenchmarkRow, TheSameSeedGivesTheSameInterval) {
  const std::vector<double> values = {3, 1, 4, 1, 5, 9, 2};
  const Row one = Summarise("memory", kFigure, values, "", {}, 7);
  const Row other = Summarise("memory", kFigure, values, "", {}, 7);
  EXPECT_EQ(one.interval->low, other.interval->low);
  EXPECT_EQ(one.interval->high, other.interval->high);
}

TEST(BenchmarkRow, TooFewRepetitionsHaveNoInterval) {
  const std::vector<double> values = {3, 4};
  EXPECT_FALSE(Summarise("memory", kFigure, values, "", {}, 1).interval);
}

TEST(BenchmarkRow, WhatIsRequiredIsMetOrNot) {
  Row row = Single("memory", kFigure, 50);
  EXPECT_FALSE(Met(row).has_value());
  row.figure.required = 50;
  EXPECT_EQ(Met(row), true);
  row.figure.required = 60;
  EXPECT_EQ(Met(row), false);
  row.figure.better = Better::kLower;
  EXPECT_EQ(Met(row), true);
  row.median.reset();
  EXPECT_FALSE(Met(row).has_value());
}

TEST(BenchmarkRow, WhatWasNotMeasuredSaysWhy) {
  const Row row = NoData("memory", kFigure, "the disk is full");
  EXPECT_FALSE(row.median);
  EXPECT_EQ(row.figure.note, "no data: the disk is full");
}

TEST(BenchmarkRow, WhatDoesNotVaryIsOneSample) {
  const Row row = Single("memory", kFigure, 5);
  EXPECT_EQ(row.median, 5);
  EXPECT_EQ(row.samples, 1);
  EXPECT_TRUE(row.once);
  EXPECT_FALSE(row.interval);
}

TEST(BenchmarkRow, OneFigureIsEnoughToHaveMeasuredSomething) {
  const Row none = NoData("suite", {.name = "lost", .unit = "s"}, "no server");
  const Row one = Single("suite", {.name = "found", .unit = "s"}, 0);
  EXPECT_TRUE(AnyFigure(std::vector<Row>{none, one}));
  EXPECT_FALSE(AnyFigure(std::vector<Row>{none, none}));
  EXPECT_FALSE(AnyFigure({}));
}

}  // namespace
}  // namespace skep::bench
