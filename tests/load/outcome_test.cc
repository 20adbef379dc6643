#include <gtest/gtest.h>

#include "load/load.h"

namespace skep::load {
namespace {

TEST(Outcome, RatesAreOfTheTimeThatTheyTook) {
  const Outcome outcome{.seconds = 12, .sending_s = 10, .due = 1000, .answered = 600, .server_cpu_s = 0.3};
  EXPECT_EQ(outcome.rate(), 50);
  EXPECT_EQ(outcome.offered_rate(), 100);
  EXPECT_EQ(outcome.cpu_ns_per_answer(), 500'000);
}

TEST(Outcome, OfNothingThereIsNoData) {
  const Outcome outcome;
  EXPECT_EQ(outcome.rate(), std::nullopt);
  EXPECT_EQ(outcome.offered_rate(), std::nullopt);
  EXPECT_EQ(outcome.cpu_ns_per_answer(), std::nullopt);
  EXPECT_EQ(outcome.error_count(), 0U);
}

}  // namespace
}  // namespace skep::load
