#include "base/time_text.h"

#include <gtest/gtest.h>

#include <string>

namespace skep {
namespace {

std::string Text(std::int64_t ms) {
  char to[kTimeTextSize];
  return std::string(FormatTime(ms, to));
}

TEST(TimeText, IsRfc3339InUtcWithMilliseconds) {
  EXPECT_EQ(Text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Text(1'795'249'801'234), "2026-11-21T08:30:01.234Z");
  EXPECT_EQ(Text(1'709'164'800'007), "2024-02-29T00:00:00.007Z");
}

TEST(TimeText, CountsBackwardsBefore1970) { EXPECT_EQ(Text(-1), "1969-12-31T23:59:59.999Z"); }

TEST(TimeText, StaysWithinFourDigitYears) {
  EXPECT_EQ(Text(INT64_MAX), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(Text(INT64_MIN), "0000-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace skep
