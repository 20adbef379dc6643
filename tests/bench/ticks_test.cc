#include "bench/ticks.h"

#include <gtest/gtest.h>

#include "base/clock.h"

namespace skep::bench {
namespace {

TEST(BenchmarkTicks, CountAsTheClockDoes) {
  const Ticks ticks;
  const std::int64_t began_ns = SystemClock().SteadyNs();
  const std::uint64_t from = Ticks::Now();
  while (SystemClock().SteadyNs() - began_ns < 5'000'000) {
  }
  const std::uint64_t to = Ticks::Now();
  const auto clock_ns = static_cast<std::uint64_t>(SystemClock().SteadyNs() - began_ns);
  EXPECT_GE(ticks.Ns(from, to), 4'500'000U);
  EXPECT_LE(ticks.Ns(from, to), clock_ns + clock_ns / 10);
}

TEST(BenchmarkTicks, NothingTakesNothing) { EXPECT_EQ(Ticks().Ns(5, 5), 0U); }

}  // namespace
}  // namespace skep::bench
