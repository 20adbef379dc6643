#include "cli/benchmark_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace skep::cli {
namespace {

using bench::Better;
using bench::Row;
using testing::HasSubstr;
using testing::Not;

Row Store() {
  return {.suite = "memory",
          .figure = {.name = "store", .unit = "/s", .better = Better::kHigher, .note = "1 KB"},
          .samples = 7,
          .median = 12345,
          .interval = bench::Interval{.low = 12000, .high = 13000},
          .floor = {.name = "ping", .median = 24690},
          .ratio = 0.5};
}

TEST(BenchmarkText, HasATableForEachSuite) {
  bench::Report report{.what = "memory", .rows = {Store()}};
  report.around.machine = {.processor = "EPYC", .cores = 2, .load = 3.0};
  const std::string text = TextOf(report, {});
  EXPECT_THAT(text, HasSubstr("EPYC, 2 cores"));
  EXPECT_THAT(text, HasSubstr("load average before: 3.00: other work ran beside"));
  EXPECT_THAT(text, HasSubstr("\nmemory\n"));
  EXPECT_THAT(text, HasSubstr("store  12,345/s  12,000 – 13,000  7  × 0.500"));
  EXPECT_THAT(text, HasSubstr("  store: 1 KB\n"));
  EXPECT_THAT(text, Not(HasSubstr("interrupted")));
}

TEST(BenchmarkText, SubjectsStandSideBySide) {
  Row mesh = Store();
  mesh.figure = {.name = "p95", .unit = "ms", .subject = "mesh"};
  Row ring = mesh;
  ring.figure.subject = "ring";
  ring.median.reset();
  Row rate = mesh;
  rate.figure.name = "rate";
  const std::string text = TextOf(bench::Report{.rows = {mesh, rate, ring}}, {});
  EXPECT_THAT(text, HasSubstr("p95"));
  EXPECT_THAT(text, testing::ContainsRegex("mesh +12,345 ms  × 0.500 +12,345 ms"));
  EXPECT_THAT(text, testing::ContainsRegex("ring +no data"));
}

TEST(BenchmarkText, SaysThatItWasInterrupted) {
  EXPECT_THAT(TextOf(bench::Report{.interrupted = true}, {}), HasSubstr("interrupted: this is what was measured"));
}

TEST(BenchmarkLines, AreOneForEachFigure) {
  const std::string lines = LinesOf({.rows = {Store(), Store()}}, {});
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  EXPECT_THAT(lines, HasSubstr("memory: store  12,345/s  × 0.500 ping"));
}

TEST(ComparisonText, SaysWhatBecameOfWhat) {
  Row after = Store();
  after.median = 6000;
  after.interval = bench::Interval{.low = 5900, .high = 6100};
  const std::string text = TextOf(bench::Compare({.rows = {Store()}}, {.interrupted = true, .rows = {after}}), {});
  EXPECT_THAT(text, HasSubstr("caution: the second run was interrupted"));
  EXPECT_THAT(text, testing::ContainsRegex("memory +store +12,345/s +6,000/s +× 0.486 +worse"));
  EXPECT_THAT(text, HasSubstr("1 worse, 0 better"));
}

}  // namespace
}  // namespace skep::cli
