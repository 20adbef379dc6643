#include "bench/value_text.h"

#include <gtest/gtest.h>

#include "bench/make_row.h"

namespace skep::bench {
namespace {

TEST(BenchmarkValueText, HasThreeDigits) {
  EXPECT_EQ(ValueText(0), "0");
  EXPECT_EQ(ValueText(0.012345), "0.0123");
  EXPECT_EQ(ValueText(1.2345), "1.23");
  EXPECT_EQ(ValueText(12.345), "12.3");
  EXPECT_EQ(ValueText(999.4), "999");
  EXPECT_EQ(ValueText(999.6), "1,000");
  EXPECT_EQ(ValueText(1234567), "1,234,567");
  EXPECT_EQ(ValueText(-12.345), "-12.3");
  EXPECT_EQ(ValueText(-1234.5), "-1,235");
}

TEST(BenchmarkValueText, StandsBeforeItsUnit) {
  EXPECT_EQ(ValueText(12.3, "µs"), "12.3 µs");
  EXPECT_EQ(ValueText(12345, "/s"), "12,345/s");
  EXPECT_EQ(ValueText(5, ""), "5.00");
}

TEST(BenchmarkValueText, WhatThereIsNotIsEmpty) {
  EXPECT_EQ(IntervalText(MakeRow("a", 100)), "99.5 – 100");
  EXPECT_EQ(IntervalText({}), "");
  EXPECT_EQ(RatioText({}), "");
  EXPECT_EQ(RatioText({.ratio = 1.25}), "× 1.25");
  EXPECT_EQ(RatioIntervalText({.ratio = 1.25}), "× 1.25");
  EXPECT_EQ(RequiredText({}), "");
}

TEST(BenchmarkValueText, SaysHowSureARatioIs) {
  EXPECT_EQ(RatioIntervalText({.ratio = 1.25, .ratio_interval = Interval{.low = 1.2, .high = 1.31}}),
            "× 1.25 (1.20 – 1.31)");
}

TEST(BenchmarkValueText, SaysWhatIsRequiredAndWhetherItIsMet) {
  Row row = MakeRow("a", 100);
  row.figure.required = 90;
  EXPECT_EQ(RequiredText(row), "≥ 90.0/s: met");
  row.figure.better = Better::kLower;
  EXPECT_EQ(RequiredText(row), "≤ 90.0/s: not met");
  row.median.reset();
  EXPECT_EQ(RequiredText(row), "≤ 90.0/s: no data");
}

}  // namespace
}  // namespace skep::bench
