#include "metrics/baseline.h"

#include <gtest/gtest.h>

#include <vector>

#include "metrics/metrics_fixture.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

class Baselines : public MetricsFixture {
 protected:
  /// So many minutes of 20 calls, which take `us` and up to a quarter more. Moves time.
  void Minutes(int count, std::uint64_t us) {
    for (int i = 0; i < count; ++i, now_ms_ += kMinuteMs) {
      Recorded recorded{.operation = "tool:a"};
      for (std::uint64_t call = 0; call < 20; ++call)
        recorded.values.Add(us * 1000 * (100 + (call * 7 + now_ms_ / kMinuteMs * 5) % 25) / 100);
      AddToWindows(*database_, std::span(&recorded, 1), now_ms_);
    }
  }
  Comparison Now() {
    const auto all = CompareWithBaselines(*database_, now_ms_ - kHourMs, now_ms_);
    EXPECT_EQ(all.size(), 1);
    return all.empty() ? Comparison() : all[0];
  }
  std::int64_t now_ms_ = kHour0;
};

TEST(Compare, TwoSetsOfTheSameAreTheSame) {
  const std::vector<double> some = {5, 6, 7, 5, 6, 8, 5, 7, 6, 6};
  EXPECT_EQ(Compare(some, some), Verdict::kSame);
  EXPECT_EQ(Compare(std::vector<double>(9, 4.0), std::vector<double>(9, 4.0)), Verdict::kSame);
}

TEST(Compare, AClearShiftIsOne) {
  const std::vector<double> low = {5, 6, 7, 5, 6, 8, 5, 7, 6, 6};
  const std::vector<double> high = {9, 9, 8, 9, 10, 11, 9, 10, 9, 12};
  EXPECT_EQ(Compare(low, high), Verdict::kWorse);
  EXPECT_EQ(Compare(high, low), Verdict::kImproved);
}

TEST(Compare, ACertainShiftThatNobodyNoticesIsNone) {
  const std::vector<double> low(20, 100.0);
  const std::vector<double> high(20, 105.0);
  EXPECT_EQ(Compare(low, high), Verdict::kSame);
}

TEST(Compare, ALargeDifferenceThatMayBeChanceIsNone) {
  const std::vector<double> low = {1, 9, 2, 8, 3, 7, 4, 6};
  const std::vector<double> high = {2, 12, 3, 10, 4, 9, 5, 8};
  EXPECT_EQ(Compare(low, high), Verdict::kSame);
}

TEST(Compare, FewMinutesSayNothing) {
  EXPECT_EQ(Compare(std::vector<double>(7, 1.0), std::vector<double>(20, 9.0)), Verdict::kTooFew);
}

TEST_F(Baselines, TheFirstIsSetWhenThereAreMinutesEnough) {
  Minutes(7, 100);
  UpdateBaselines(*database_, now_ms_);
  EXPECT_TRUE(CompareWithBaselines(*database_, kHour0, now_ms_).empty());
  Minutes(1, 100);
  UpdateBaselines(*database_, now_ms_);
  EXPECT_EQ(Now().verdict, Verdict::kSame);
  EXPECT_EQ(Now().baseline_minutes, 8);
  EXPECT_EQ(Now().baseline_ms, now_ms_);
}

TEST_F(Baselines, ItStaysWhenThingsGetWorseAndFollowsWhenTheyImprove) {
  Minutes(20, 100);
  UpdateBaselines(*database_, now_ms_);
  const double first = *Now().baseline_p95_ns;
  now_ms_ += 2 * kHourMs;
  Minutes(20, 150);
  UpdateBaselines(*database_, now_ms_);
  EXPECT_EQ(Now().verdict, Verdict::kWorse);
  EXPECT_EQ(Now().baseline_p95_ns, first);
  EXPECT_EQ(Now().minutes, 20);
  now_ms_ += 2 * kHourMs;
  Minutes(20, 60);
  EXPECT_EQ(Now().verdict, Verdict::kImproved);
  UpdateBaselines(*database_, now_ms_);
  EXPECT_LT(*Now().baseline_p95_ns, first);
}

TEST_F(Baselines, MinutesWithFewCallsDoNotCount) {
  for (int i = 0; i < 20; ++i, now_ms_ += kMinuteMs) {
    const Recorded recorded = Of("tool:a", {1000, 1000});
    AddToWindows(*database_, std::span(&recorded, 1), now_ms_);
  }
  UpdateBaselines(*database_, now_ms_);
  EXPECT_TRUE(CompareWithBaselines(*database_, kHour0, now_ms_).empty());
}

}  // namespace
}  // namespace skep::metrics
