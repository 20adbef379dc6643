#include "metrics/log_duration.h"

#include <gtest/gtest.h>

namespace skep::metrics {
namespace {

TEST(DurationIn, DurationsThatAreSaid) {
  EXPECT_EQ(DurationIn("query took 123 ms"), 123'000'000);
  EXPECT_EQ(DurationIn("done in 4.5s"), 4'500'000'000);
  EXPECT_EQ(DurationIn("duration=12ms status=200"), 12'000'000);
  EXPECT_EQ(DurationIn("elapsed_ms=7"), 7'000'000);
  EXPECT_EQ(DurationIn(R"("durationMs": 8)"), 8'000'000);
  EXPECT_EQ(DurationIn("timed out after 2 minutes"), 120'000'000'000);
  EXPECT_EQ(DurationIn("GET /x 200 (35 µs)"), 35'000);
}

TEST(DurationIn, OtherNumbersAreNoDurations) {
  EXPECT_FALSE(DurationIn("retrying in 5s"));
  EXPECT_FALSE(DurationIn("listening on 10.0.0.1:80 with 5 sockets"));
  EXPECT_FALSE(DurationIn("limit 30s"));
  EXPECT_FALSE(DurationIn("in 3 files"));
}

}  // namespace
}  // namespace skep::metrics
