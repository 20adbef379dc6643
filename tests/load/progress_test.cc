#include "load/progress.h"

#include <gtest/gtest.h>

namespace skep::load {
namespace {

TEST(ProgressText, SaysHowFarItIs) {
  Outcome outcome{.seconds = 4.25, .due = 9000, .answered = 8500};
  outcome.latency.Record(100);
  EXPECT_EQ(ProgressText({.duration_s = 10}, outcome), "4.2 of 10 s  2,000/s  p50 100 ns  p99 100 ns  0 errors");
  outcome.errors["unanswered"] = 1;
  outcome.warming_up = true;
  EXPECT_EQ(ProgressText({.duration_s = 10, .warm_up_s = 5}, outcome),
            "4.2 of 5 s of warm-up  2,000/s  p50 100 ns  p99 100 ns  1 error");
}

TEST(ProgressText, BeforeAnythingHasHappened) { EXPECT_EQ(ProgressText({}, {}), "0.0 of 10 s  0 errors"); }

}  // namespace
}  // namespace skep::load
