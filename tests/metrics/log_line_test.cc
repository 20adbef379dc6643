#include "metrics/log_line.h"

#include <gtest/gtest.h>

namespace skep::metrics {
namespace {

TEST(ReadLogLine, IsWhatItSaysOfItself) {
  const LogLine line = ReadLogLine("2026-03-05T09:00:00Z WARN request took 5 ms", 1'772'704'800'000);
  EXPECT_EQ(line.at_ms, 1'772'701'200'000);
  EXPECT_EQ(line.severity, Severity::kWarning);
  EXPECT_EQ(line.took_ns, 5'000'000);
  EXPECT_EQ(line.text, "WARN request took 5 ms");
}

TEST(ReadLogLine, OneThatSaysNothingIsItsText) {
  const LogLine line = ReadLogLine("all is well", 1'772'704'800'000);
  EXPECT_FALSE(line.at_ms);
  EXPECT_EQ(line.severity, Severity::kNone);
  EXPECT_FALSE(line.took_ns);
  EXPECT_EQ(line.text, "all is well");
}

}  // namespace
}  // namespace skep::metrics
