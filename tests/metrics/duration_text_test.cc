#include "metrics/duration_text.h"

#include <gtest/gtest.h>

namespace skep::metrics {
namespace {

TEST(DurationText, HasThreeDigitsAndTheLargestUnitThatFits) {
  EXPECT_EQ(NsText(0), "0 ns");
  EXPECT_EQ(NsText(870), "870 ns");
  EXPECT_EQ(NsText(1'254), "1.25 us");
  EXPECT_EQ(NsText(12'540), "12.5 us");
  EXPECT_EQ(NsText(999'999), "1.00 ms");
  EXPECT_EQ(NsText(125'400'000), "125 ms");
  EXPECT_EQ(MsText(90'000), "1.50 min");
  EXPECT_EQ(MsText(7'560'000), "2.10 h");
}

}  // namespace
}  // namespace skep::metrics
