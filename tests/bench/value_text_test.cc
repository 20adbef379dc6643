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
}

}  // namespace
}  // namespace skep::bench
