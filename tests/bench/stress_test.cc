#include "bench/stress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace skep::bench {
namespace {

/// What a server shows that answers so many a second within 1 ms, and those beyond within 100.
load::Outcome ServerOf(double capacity, double per_s) {
  load::Outcome outcome{.seconds = 1};
  outcome.answered = static_cast<std::uint64_t>(std::min(capacity, per_s));
  outcome.latency.Record(per_s <= capacity ? 1'000'000 : 100'000'000);
  return outcome;
}

TEST(Stress, FindsTheHighestRateThatHolds) {
  const auto stressed =
      FindBreakingRate([](double per_s) -> Expected<load::Outcome> { return ServerOf(10'000, per_s); });
  ASSERT_TRUE(stressed);
  EXPECT_TRUE(stressed->broke);
  ASSERT_TRUE(stressed->highest);
  EXPECT_LE(*stressed->highest, 10'000);
  EXPECT_GE(*stressed->highest, 9'000);
}

TEST(Stress, AServerThatHoldsNothingHasNoRate) {
  const auto stressed = FindBreakingRate([](double per_s) -> Expected<load::Outcome> { return ServerOf(1, per_s); });
  ASSERT_TRUE(stressed);
  EXPECT_FALSE(stressed->highest);
  EXPECT_EQ(stressed->tried.size(), 2U) << "what does not hold is tried once more";
}

TEST(Stress, ABusyMomentOfTheMachineIsNotItsEnd) {
  int runs = 0;
  const auto stressed = FindBreakingRate(
      [&](double per_s) -> Expected<load::Outcome> { return ServerOf(runs++ == 0 ? 1 : 10'000, per_s); });
  ASSERT_TRUE(stressed);
  EXPECT_GE(stressed->highest.value_or(0), 8'000);
}

TEST(Stress, AServerThatNeverBreaksSaysSo) {
  const auto stressed = FindBreakingRate([](double per_s) -> Expected<load::Outcome> { return ServerOf(1e12, per_s); });
  ASSERT_TRUE(stressed);
  EXPECT_FALSE(stressed->broke);
}

TEST(Stress, ErrorsDoNotHold) {
  load::Outcome outcome = ServerOf(1000, 100);
  EXPECT_TRUE(Holds(outcome, 100));
  outcome.errors["tool error"] = 1;
  EXPECT_FALSE(Holds(outcome, 100));
}

TEST(Stress, OneThatIsInterruptedHasWhatWasTriedByThen) {
  int runs = 0;
  const auto stressed = FindBreakingRate([&](double per_s) -> Expected<load::Outcome> {
    load::Outcome outcome = ServerOf(1e12, per_s);
    outcome.interrupted = ++runs == 3;
    return outcome;
  });
  ASSERT_TRUE(stressed);
  EXPECT_TRUE(stressed->interrupted);
  EXPECT_EQ(runs, 3) << "nothing is tried after it";
  EXPECT_EQ(stressed->tried.size(), 2U);
  EXPECT_EQ(stressed->highest, stressed->tried.back().per_s);
  EXPECT_FALSE(stressed->broke);
}

TEST(Stress, EndsWhenThereIsNoServer) {
  const auto stressed =
      FindBreakingRate([](double) -> Expected<load::Outcome> { return Fail(ErrorCode::kUnavailable, "none"); });
  ASSERT_FALSE(stressed);
  EXPECT_EQ(stressed.error().message, "none");
}

}  // namespace
}  // namespace skep::bench
