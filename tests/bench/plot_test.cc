#include "bench/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "bench/make_row.h"

namespace skep::bench {
namespace {

using testing::HasSubstr;

TEST(BenchmarkPlot, MarksMediansAndFloorsOnDecades) {
  Row row = MakeRow("store", 100);
  row.floor = {.name = "echo", .median = 1000};
  const std::vector<const Row*> rows = {&row};
  const std::string svg = DrawRows(rows, "what it shows");
  EXPECT_THAT(svg, HasSubstr("aria-label=\"what it shows\""));
  EXPECT_THAT(svg, HasSubstr("<circle class=\"c1\" cx=\"330.0\""));  // The least decade is at the left.
  EXPECT_THAT(svg, HasSubstr("d=\"M750.0 "));                        // The most at the right.
  EXPECT_THAT(svg, HasSubstr("<title>echo: 1,000/s</title>"));
}

TEST(BenchmarkPlot, WhatHasNoValueSaysSo) {
  const Row row = MakeRow("store", 100);
  const Row lost = NoData("suite", {.name = "lost", .unit = "/s"}, "why");
  const std::vector<const Row*> rows = {&row, &lost};
  EXPECT_THAT(DrawRows(rows, ""), HasSubstr(">no data</text>"));
}

TEST(BenchmarkPlot, NothingIsNoPlot) {
  const Row lost = NoData("suite", {.name = "lost", .unit = "/s"}, "why");
  const std::vector<const Row*> rows = {&lost};
  EXPECT_EQ(DrawRows(rows, ""), "");
}

}  // namespace
}  // namespace skep::bench
