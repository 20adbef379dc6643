#include "bench/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/make_row.h"

namespace skep::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Verdict VerdictOf(const Row& before, const Row& after) {
  return Compare({.rows = {before}}, {.rows = {after}}).rows.at(0).verdict;
}

TEST(BenchmarkCompare, TenPercentBeyondTheIntervalsIsADifference) {
  EXPECT_EQ(VerdictOf(MakeRow("a", 100), MakeRow("a", 85)), Verdict::kWorse);
  EXPECT_EQ(VerdictOf(MakeRow("a", 100), MakeRow("a", 120)), Verdict::kBetter);
  EXPECT_EQ(VerdictOf(MakeRow("a", 100), MakeRow("a", 95)), Verdict::kNoDifference);
}

TEST(BenchmarkCompare, OfTimesLessIsBetter) {
  EXPECT_EQ(VerdictOf(MakeRow("a", 100, Better::kLower), MakeRow("a", 85, Better::kLower)), Verdict::kBetter);
  EXPECT_EQ(VerdictOf(MakeRow("a", 100, Better::kLower), MakeRow("a", 120, Better::kLower)), Verdict::kWorse);
}

TEST(BenchmarkCompare, IntervalsThatOverlapShowNoDifference) {
  Row noisy = MakeRow("a", 80);
  noisy.interval = Interval{.low = 60, .high = 101};
  EXPECT_EQ(VerdictOf(MakeRow("a", 100), noisy), Verdict::kNoDifference);
}

/// With a floor, and an interval of one percent around the ratio to it.
Row Beside(double median, double ratio) {
  Row row = MakeRow("a", median);
  row.floor = {.name = "echo", .median = median / ratio};
  row.ratio = ratio;
  row.ratio_interval = Interval{.low = ratio * 0.995, .high = ratio * 1.005};
  return row;
}

Difference Only(const Row& before, const Row& after) {
  return Compare({.rows = {before}}, {.rows = {after}}).rows.at(0);
}

TEST(BenchmarkCompare, WhatHasAFloorIsJudgedByItsRatio) {
  // Half as fast on a machine that was half as fast.
  const Difference same = Only(Beside(100, 0.5), Beside(50, 0.5));
  EXPECT_EQ(same.basis, Basis::kRatio);
  EXPECT_EQ(same.change, 1);
  EXPECT_EQ(same.verdict, Verdict::kNoDifference);
  EXPECT_EQ(Only(Beside(100, 0.5), Beside(100, 0.25)).verdict, Verdict::kWorse);
  EXPECT_EQ(Only(MakeRow("a", 100), MakeRow("a", 50)).basis, Basis::kFigure);
}

TEST(BenchmarkCompare, BesideAnotherFloorNothingIsSaid) {
  Row other = Beside(100, 0.5);
  other.floor.name = "ping";
  EXPECT_EQ(Only(Beside(100, 0.5), other).why, "beside another floor: echo, then ping");
  EXPECT_EQ(Only(Beside(100, 0.5), MakeRow("a", 100)).verdict, Verdict::kNoData);
}

TEST(BenchmarkCompare, WithoutAnIntervalItIsSaidWhy) {
  Row few = MakeRow("a", 10);
  few.interval.reset();
  few.samples = 3;
  EXPECT_EQ(VerdictOf(MakeRow("a", 100), few), Verdict::kNoData);
  EXPECT_EQ(Only(MakeRow("a", 100), few).why, "n = 3 in the second run: an interval takes 5");
  EXPECT_THAT(Only(Single("suite", few.figure, 5), few).why, HasSubstr("counted once"));
  Row old = Beside(100, 0.5);
  old.ratio_interval.reset();
  EXPECT_EQ(Only(old, Beside(100, 0.5)).why, "the first run has no interval of the ratio");
  EXPECT_EQ(Only(NoData("suite", few.figure, "why"), few).why, "no data in the first run");
}

TEST(BenchmarkCompare, WhatIsNotAboveZeroHasNoRatio) {
  // A slope in MB/h, of which less is better.
  const Difference grown = Only(MakeRow("a", -2, Better::kLower), MakeRow("a", 5, Better::kLower));
  EXPECT_EQ(grown.verdict, Verdict::kNoData);
  EXPECT_FALSE(grown.change);
  EXPECT_EQ(grown.why, "-2, then 5: both have to be above 0 for a ratio");
  EXPECT_EQ(VerdictOf(MakeRow("a", 5, Better::kLower), MakeRow("a", -2, Better::kLower)), Verdict::kNoData);
  EXPECT_EQ(VerdictOf(MakeRow("a", 0), MakeRow("a", 5)), Verdict::kNoData);
  EXPECT_EQ(VerdictOf(MakeRow("a", 5), MakeRow("a", 0)), Verdict::kNoData);
}

TEST(BenchmarkCompare, RowsThatOnlyOneOfThemHasAreListed) {
  const Comparison comparison =
      Compare({.rows = {MakeRow("gone", 1), MakeRow("both", 1)}}, {.rows = {MakeRow("both", 1), MakeRow("new", 1)}});
  ASSERT_EQ(comparison.rows.size(), 3U);
  EXPECT_EQ(comparison.rows[0].after.figure.name, "gone");
  EXPECT_EQ(comparison.rows[2].after.figure.name, "new");
  EXPECT_EQ(comparison.rows[0].why, "only in the first run");
  EXPECT_EQ(comparison.rows[2].why, "only in the second run");
  EXPECT_EQ(comparison.Count(Verdict::kNoData), 2);
  EXPECT_EQ(comparison.Count(Verdict::kNoDifference), 1);
}

TEST(BenchmarkCompare, SaysWhatMakesTwoRunsHardToCompare) {
  Report before{.what = "quick"};
  before.around.machine.processor = "this";
  Report after{.what = "quick", .interrupted = true};
  after.around.machine.processor = "that";
  EXPECT_THAT(Compare(before, after).caution,
              ElementsAre("processor: this, then that", "the second run was interrupted"));
  EXPECT_THAT(Compare(before, before).caution, IsEmpty());
}

TEST(BenchmarkCompare, SaysThatTheMachineWasBusy) {
  Report quiet{.what = "quick", .others_cores = 0.1};
  quiet.around.machine.online_cores = 2;
  Report busy = quiet;
  busy.others_cores = 1.5;
  EXPECT_THAT(Compare(quiet, quiet).caution, IsEmpty());
  EXPECT_THAT(Compare(quiet, busy).caution,
              ElementsAre(HasSubstr("other work took 0.10 of 2 cores, then other work took 1.50 of 2 cores")));
  // An older export has the load average before it only.
  Report old = quiet;
  old.others_cores.reset();
  old.around.machine.load = 3;
  EXPECT_THAT(Compare(old, quiet).caution, ElementsAre(HasSubstr("load average 3.00 before it")));
}

TEST(BenchmarkCompare, IsAlsoSaidInJson) {
  const std::string json = ToJson(Compare({.rows = {MakeRow("a", 100)}}, {.rows = {MakeRow("a", 50)}}));
  EXPECT_THAT(json, HasSubstr(R"("worse":1)"));
  EXPECT_THAT(json, HasSubstr(R"("judgedBy":"figure","before":{"value":100)"));
  EXPECT_THAT(json, HasSubstr(R"("change":0.5,"verdict":"worse")"));
}

}  // namespace
}  // namespace skep::bench
