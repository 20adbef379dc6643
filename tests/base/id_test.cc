#include "base/id.h"

#include <gtest/gtest.h>

#include <random>

namespace skep {
namespace {

TEST(Id, IsAPrefixAndSixDigits) {
  EXPECT_EQ(FormatId("sw", 1), "sw_000001");
  EXPECT_EQ(FormatId("ag", 10), "ag_00000a");
  EXPECT_EQ(FormatId("tk", 32), "tk_000010");
  EXPECT_EQ(FormatId("sw", (1 << 30) - 1), "sw_zzzzzz");
}

TEST(Id, GrowsWhenSixDigitsAreNotEnough) {
  EXPECT_EQ(FormatId("sw", 1 << 30), "sw_1000000");
  EXPECT_EQ(FormatId("sw", INT64_MAX), "sw_7zzzzzzzzzzzz");
}

TEST(Id, ComesBackAsTheNumberItWasMadeFrom) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto number = static_cast<std::int64_t>(random() >> (1 + random() % 63));
    EXPECT_EQ(ParseId("ag", FormatId("ag", number)), number);
  }
  EXPECT_EQ(ParseId("sw", FormatId("sw", INT64_MAX)), INT64_MAX);
}

TEST(Id, SortsByAge) {
  for (std::int64_t i = 1; i < 5000; ++i) EXPECT_LT(FormatId("sw", i), FormatId("sw", i + 1));
}

TEST(Id, HasOneSpelling) {
  for (const char* wrong : {"", "sw", "sw_", "sw_1", "sw_00001", "sw_0000001", "SW_000001", "sw_00000A", "sw_00000o",
                            "sw_00000l", "sw_00000i", "sw_00000u", "sw-000001", "sw000001", " sw_000001", "sw_000001 ",
                            "ag_000001", "sw_00000-", "sw_00000\xc3"}) {
    EXPECT_EQ(ParseId("sw", wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(ParseId("sw", std::string_view("sw_00000\0", 9)), std::nullopt);
}

TEST(Id, BeyondTheLargestNumberIsNone) {
  EXPECT_EQ(ParseId("sw", "sw_8000000000000"), std::nullopt);
  EXPECT_EQ(ParseId("sw", "sw_zzzzzzzzzzzzz"), std::nullopt);
  EXPECT_EQ(ParseId("sw", "sw_" + std::string(1'000'000, '1')), std::nullopt);
}

TEST(Id, APrefixMayHoldAnUnderscore) {
  EXPECT_EQ(ParseId("a_b", FormatId("a_b", 7)), 7);
  EXPECT_EQ(ParseId("a", FormatId("a_b", 7)), std::nullopt);
}

}  // namespace
}  // namespace skep
