#include "base/clock.h"

#include <gtest/gtest.h>

namespace skep {
namespace {

TEST(SystemClock, SteadyTimeNeverGoesBack) {
  std::int64_t last = SystemClock().SteadyNs();
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t now = SystemClock().SteadyNs();
    EXPECT_GE(now, last);
    last = now;
  }
}

TEST(SystemClock, WallTimeIsMillisecondsSince1970) {
  EXPECT_GT(SystemClock().WallMs(), 1'700'000'000'000) << "later than the year 2023";
  EXPECT_LT(SystemClock().WallMs(), 10'000'000'000'000) << "earlier than the year 2286";
}

TEST(ManualClock, MovesOnlyWhenToldTo) {
  ManualClock clock(1000);
  EXPECT_EQ(clock.WallMs(), 1000);
  EXPECT_EQ(clock.SteadyNs(), 0);
  clock.AdvanceMs(5);
  EXPECT_EQ(clock.WallMs(), 1005);
  EXPECT_EQ(clock.SteadyNs(), 5'000'000);
}

}  // namespace
}  // namespace skep
