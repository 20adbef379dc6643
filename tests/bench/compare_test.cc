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

TEST(BenchmarkCompare, WithoutAnIntervalNothingIsSaid) {
  Row single = MakeRow("a", 10);
  single.interval.reset();
  EXPECT_EQ(VerdictOf(MakeRow("a", 100), single), Verdict::kNoData);
}

TEST(BenchmarkCompare, RowsThatOnlyOneOfThemHasAreListed) {
  const Comparison comparison =
      Compare({.rows = {MakeRow("gone", 1), MakeRow("both", 1)}}, {.rows = {MakeRow("both", 1), MakeRow("new", 1)}});
  ASSERT_EQ(comparison.rows.size(), 3U);
  EXPECT_EQ(comparison.rows[0].after.figure.name, "gone");
  EXPECT_EQ(comparison.rows[2].after.figure.name, "new");
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

TEST(BenchmarkCompare, IsAlsoSaidInJson) {
  const std::string json = ToJson(Compare({.rows = {MakeRow("a", 100)}}, {.rows = {MakeRow("a", 50)}}));
  EXPECT_THAT(json, HasSubstr(R"("worse":1)"));
  EXPECT_THAT(json, HasSubstr(R"("ratio":0.5,"verdict":"worse")"));
}

}  // namespace
}  // namespace skep::bench
