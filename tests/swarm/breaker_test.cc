#include "swarm/breaker.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace skep::swarm {
namespace {

constexpr std::int64_t kNow = 1'000'000;

TEST(Breaker, OpensAfterFailuresInARowAndSuccessBeginsTheCountAnew) {
  Breaker breaker;
  for (int i = 1; i < limits::kBreakerFailures; ++i) breaker = AfterFailure(breaker, kNow);
  breaker = AfterSuccess(breaker);
  for (int i = 1; i < limits::kBreakerFailures; ++i) breaker = AfterFailure(breaker, kNow);
  EXPECT_EQ(breaker.state(kNow), BreakerState::kClosed);
  breaker = AfterFailure(breaker, kNow);
  EXPECT_EQ(breaker.state(kNow), BreakerState::kOpen);
  EXPECT_EQ(breaker.opened, 1);
}

TEST(Breaker, AfterItsTimeThereIsATrialThatClosesItOrOpensItForLonger) {
  Breaker breaker;
  for (int i = 0; i < limits::kBreakerFailures; ++i) breaker = AfterFailure(breaker, kNow);
  const std::int64_t trial = kNow + limits::kBreakerMs;
  EXPECT_EQ(breaker.state(trial - 1), BreakerState::kOpen);
  EXPECT_EQ(breaker.state(trial), BreakerState::kHalfOpen);
  EXPECT_EQ(AfterSuccess(breaker).state(trial), BreakerState::kClosed);
  const Breaker again = AfterFailure(breaker, trial);
  EXPECT_EQ(again.until_ms, trial + 2 * limits::kBreakerMs);
  EXPECT_EQ(again.opened, 2);
}

TEST(Breaker, NeverStaysOpenLongerThanItsBound) {
  Breaker breaker;
  std::int64_t now = kNow;
  for (int i = 0; i < 100; ++i) {
    breaker = AfterFailure(breaker, now);
    EXPECT_LE(breaker.until_ms - now, limits::kMaxBreakerMs);
    if (breaker.until_ms != 0) now = breaker.until_ms;
  }
}

}  // namespace
}  // namespace skep::swarm
