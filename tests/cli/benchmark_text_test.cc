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
          .ratio = 0.5,
          .ratio_interval = bench::Interval{.low = 0.49, .high = 0.51}};
}

TEST(BenchmarkText, HasATableForEachSuite) {
  bench::Report report{.what = "memory", .rows = {Store()}};
  report.around.machine = {.processor = "EPYC", .cores = 2, .online_cores = 2, .load = 3.0};
  report.others_cores = 1.5;
  const std::string text = TextOf(report, {});
  EXPECT_THAT(text, HasSubstr("EPYC, 2 cores"));
  EXPECT_THAT(text,
              HasSubstr("load average before: 3.00\nother work took 1.50 of 2 cores meanwhile: on a quiet machine"));
  EXPECT_THAT(text, HasSubstr("\nmemory\n"));
  EXPECT_THAT(text, HasSubstr("store  12,345/s  12,000 – 13,000  7  × 0.500 (0.490 – 0.510)"));
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

TEST(BenchmarkText, SaysWhyThereIsNoInterval) {
  Row few = Store();
  few.samples = 3;
  few.interval.reset();
  EXPECT_THAT(TextOf(bench::Report{.rows = {few}}, {}), HasSubstr("fewer than 5 repetitions; a longer --duration"));
  EXPECT_THAT(TextOf(bench::Report{.rows = {bench::Single("memory", few.figure, 5)}}, {}),
              Not(HasSubstr("without an interval")));
}

TEST(BenchmarkText, SaysWhetherWhatIsRequiredIsMet) {
  Row row = Store();
  row.figure.required = 10'000;
  EXPECT_THAT(TextOf(bench::Report{.rows = {row}}, {}), HasSubstr("≥ 10,000/s: met"));
  row.median = 9'000;
  EXPECT_THAT(TextOf(bench::Report{.rows = {row}}, {}), HasSubstr("≥ 10,000/s: not met"));
}

TEST(BenchmarkText, CountsTheSubjectsThatMeetWhatIsRequired) {
  Row mesh = Store();
  mesh.figure.subject = "mesh";
  mesh.figure.required = 10'000;
  Row ring = mesh;
  ring.figure.subject = "ring";
  ring.median = 9'000;
  EXPECT_THAT(TextOf(bench::Report{.rows = {mesh, ring}}, {}), HasSubstr("  store ≥ 10,000/s: met by 1 of 2\n"));
}

TEST(BenchmarkText, SaysThatItWasInterrupted) {
  EXPECT_THAT(TextOf(bench::Report{.interrupted = true}, {}), HasSubstr("interrupted: this is what was measured"));
}

TEST(BenchmarkLines, AreOneForEachFigure) {
  const std::string lines = LinesOf({.rows = {Store(), Store()}}, {});
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  EXPECT_THAT(lines, HasSubstr("memory: store  12,345/s    × 0.500 ping"));
  EXPECT_THAT(lines, Not(HasSubstr("other work")));
}

TEST(BenchmarkLines, SayThatTheMachineWasBusy) {
  bench::Report report{.rows = {Store()}};
  report.around.machine.online_cores = 2;
  report.others_cores = 1.5;
  EXPECT_THAT(LinesOf(report, {}), HasSubstr("other work took 1.50 of 2 cores"));
}

TEST(ComparisonText, SaysWhatBecameOfWhatAndByWhat) {
  Row after = Store();
  after.ratio = 0.25;
  after.ratio_interval = bench::Interval{.low = 0.24, .high = 0.26};
  const std::string text = TextOf(bench::Compare({.rows = {Store()}}, {.interrupted = true, .rows = {after}}), {});
  EXPECT_THAT(text, HasSubstr("caution: the second run was interrupted"));
  EXPECT_THAT(text, testing::ContainsRegex("memory +store +ratio +× 0.500 \\(0.490 – 0.510\\) +"
                                           "× 0.250 \\(0.240 – 0.260\\) +× 0.500 +worse"));
  EXPECT_THAT(text, HasSubstr("1 worse (1 by the ratio, 0 by the figure), 0 better"));
}

TEST(ComparisonText, WithoutAFloorTheFigureIsJudged) {
  Row before = Store();
  before.floor = {};
  before.ratio.reset();
  Row after = before;
  after.median = 6000;
  after.interval = bench::Interval{.low = 5900, .high = 6100};
  EXPECT_THAT(
      TextOf(bench::Compare({.rows = {before}}, {.rows = {after}}), {}),
      testing::ContainsRegex("figure +12,345/s \\(12,000 – 13,000\\) +6,000/s \\(5,900 – 6,100\\) +× 0.486 +worse"));
}

}  // namespace
}  // namespace skep::cli
