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
        recorded.values.Add(us * 1000 * (100 + (call * 7 + static_cast<std::uint64_t>(now_ms_ / kMinuteMs) * 5) % 25) /
                            100);
      AddToWindows(*database_, std::span(&recorded, 1), now_ms_);
    }
  }
  /// An hour that begins with such minutes, and what is made of it a minute after its end. REQUIRES: one has ended.
  void Hour(int count, std::uint64_t us) {
    const std::int64_t end_ms = now_ms_ + kHourMs;
    Minutes(count, us);
    now_ms_ = end_ms;
    UpdateBaselines(*database_, now_ms_ + kMinuteMs);
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

TEST_F(Baselines, TheFirstIsOfAWholeHourWithMinutesEnough) {
  Hour(7, 100);
  EXPECT_TRUE(CompareWithBaselines(*database_, kHour0, now_ms_).empty());
  Minutes(8, 100);
  UpdateBaselines(*database_, now_ms_);
  EXPECT_TRUE(CompareWithBaselines(*database_, kHour0, now_ms_).empty());
  now_ms_ = kHour0 + 2 * kHourMs;
  // Not before all processes have written it.
  UpdateBaselines(*database_, now_ms_);
  EXPECT_TRUE(CompareWithBaselines(*database_, kHour0, now_ms_).empty());
  UpdateBaselines(*database_, now_ms_ + kMinuteMs);
  EXPECT_EQ(Now().baseline_minutes, 8);
  EXPECT_EQ(Now().baseline_ms, now_ms_);
}

TEST_F(Baselines, ItsOwnMinutesAreNotComparedWithIt) {
  Hour(30, 100);
  Minutes(2, 100);
  EXPECT_EQ(Now().minutes, 2);
  EXPECT_EQ(Now().verdict, Verdict::kTooFew);
  Minutes(8, 100);
  EXPECT_EQ(Now().minutes, 10);
  EXPECT_EQ(Now().verdict, Verdict::kSame);
}

TEST_F(Baselines, ItStaysWhenThingsGetWorseAndFollowsWhenTwoHoursWereBetter) {
  Hour(20, 100);
  Hour(20, 150);
  EXPECT_EQ(Now().verdict, Verdict::kWorse);
  EXPECT_EQ(Now().minutes, 20);
  const double first = *Now().baseline_p95_ns;
  Hour(20, 60);
  EXPECT_EQ(Now().verdict, Verdict::kImproved);
  EXPECT_EQ(Now().baseline_p95_ns, first);
  Hour(20, 60);
  EXPECT_LT(*Now().baseline_p95_ns, first);
  EXPECT_EQ(Now().baseline_ms, now_ms_);
}

TEST_F(Baselines, OneLuckyHourIsNotFollowed) {
  Hour(20, 100);
  const std::int64_t set_ms = Now().baseline_ms;
  for (int i = 0; i < 5; ++i) {
    Hour(20, 60);
    // Looking again is not another hour.
    for (int again = 0; again < 60; ++again) UpdateBaselines(*database_, now_ms_ + 2 * kMinuteMs);
    Hour(20, 100);
  }
  EXPECT_EQ(Now().baseline_ms, set_ms);
  EXPECT_EQ(Now().verdict, Verdict::kSame);
}

TEST_F(Baselines, AnHourThatNobodyHasLookedAtWhenItEndedIsLookedAtLater) {
  Minutes(20, 100);
  now_ms_ += 20 * kHourMs;
  UpdateBaselines(*database_, now_ms_);
  EXPECT_EQ(Now().baseline_ms, kHour0 + kHourMs);
}

TEST_F(Baselines, MinutesWithFewCallsDoNotCount) {
  for (int i = 0; i < 20; ++i, now_ms_ += kMinuteMs) {
    const Recorded recorded = Of("tool:a", {1000, 1000});
    AddToWindows(*database_, std::span(&recorded, 1), now_ms_);
  }
  UpdateBaselines(*database_, kHour0 + 2 * kHourMs);
  EXPECT_TRUE(CompareWithBaselines(*database_, kHour0, now_ms_).empty());
}

}  // namespace
}  // namespace skep::metrics
