#include "mcp/drain_clock.h"

#include <gtest/gtest.h>

namespace skep::mcp {
namespace {

TEST(DrainClock, UntilATickIsMeasuredItIsTheClock) {
  ManualClock clock;
  DrainClock drain(clock);
  EXPECT_EQ(drain.Begin(), clock.SteadyNs());
  clock.AdvanceMs(7);
  EXPECT_EQ(drain.Now(), clock.SteadyNs());
}

TEST(DrainClock, WithinADrainTimeOnlyGoesOn) {
  const Clock& clock = SystemClock();
  DrainClock drain(clock);
  drain.Begin();
  const std::int64_t began_ns = clock.SteadyNs();
  while (clock.SteadyNs() - began_ns < 20'000'000) {
  }
  std::int64_t last_ns = drain.Begin();
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t now_ns = drain.Now();
    ASSERT_GE(now_ns, last_ns);
    last_ns = now_ns;
  }
}

TEST(DrainClock, ItAgreesWithTheClock) {
  const Clock& clock = SystemClock();
  DrainClock drain(clock);
  const std::int64_t began_ns = drain.Begin();
  while (clock.SteadyNs() - began_ns < 50'000'000) {
  }
  drain.Begin();
  for (int i = 0; i < 100; ++i) {
    // Somebody else may have the processor between two looks, but not between these three each time.
    const std::int64_t before_ns = clock.SteadyNs();
    const std::int64_t now_ns = drain.Now();
    const std::int64_t after_ns = clock.SteadyNs();
    // What the measure of a tick may be off by, over the time since the drain began.
    const std::int64_t slack_ns = 100'000;
    EXPECT_GE(now_ns, before_ns - slack_ns);
    EXPECT_LE(now_ns, after_ns + slack_ns);
  }
}

}  // namespace
}  // namespace skep::mcp
