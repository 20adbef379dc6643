#include "load/pattern.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace skep::load {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Pattern Of(std::string_view text) {
  const auto pattern = ParsePattern(text);
  EXPECT_TRUE(pattern) << text;
  return pattern.value_or(Pattern());
}

TEST(ParsePattern, TextIsWhatItWasMadeFrom) {
  for (const std::string text : {"constant:2000", "constant:0.5", "ramp:0-5000", "ramp:5000-100", "spike:500-5000",
                                 "step:1000-5000/5", "closed:16"}) {
    EXPECT_EQ(Text(Of(text)), text);
  }
}

TEST(ParsePattern, SaysWhatWouldBeRight) {
  for (const std::string text : {"", "constant", "constant:", "constant:0", "constant:-1", "constant:nan",
                                 "constant:5x", "constant:1e99", "ramp:5", "ramp:0-0", "step:1-2", "step:1-2/1",
                                 "step:1-2/x", "closed:0", "closed:1.5", "closed:999999", "burst:3"}) {
    const auto pattern = ParsePattern(text);
    ASSERT_FALSE(pattern) << text;
    EXPECT_EQ(pattern.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(pattern.error().message.find("constant:RATE"), std::string::npos);
  }
}

TEST(Schedule, OfAConstantRateIsEven) {
  const Schedule schedule(Of("constant:1000"), 10 * kSecond);
  EXPECT_EQ(schedule.total(), 10'000U);
  EXPECT_EQ(schedule.DueNs(0), 0);
  EXPECT_EQ(schedule.DueNs(3), 3'000'000);
  EXPECT_EQ(schedule.DueNs(9'999), 9'999'000'000);
}

TEST(Schedule, AddsUpNoError) {
  // A third of a second has no end in binary; the millionth request is as exact as the first.
  const Schedule schedule(Of("constant:3"), 400'000 * kSecond);
  EXPECT_EQ(schedule.total(), 1'200'000U);
  EXPECT_EQ(schedule.DueNs(1'000'000), 333'333'333'333'333);
  EXPECT_EQ(schedule.DueNs(999'999), 333'333 * kSecond);
}

TEST(Schedule, OfARampFollowsItsIntegral) {
  // 0 to 1000 per second in 10 s: 50 t² requests by t, so request n is due at √(n / 50).
  const Schedule schedule(Of("ramp:0-1000"), 10 * kSecond);
  EXPECT_EQ(schedule.total(), 5'000U);
  EXPECT_EQ(schedule.DueNs(0), 0);
  EXPECT_EQ(schedule.DueNs(50), kSecond);
  EXPECT_EQ(schedule.DueNs(1'250), 5 * kSecond);
  // Downwards it is the mirror image.
  const Schedule down(Of("ramp:1000-0"), 10 * kSecond);
  EXPECT_EQ(down.total(), 5'000U);
  EXPECT_EQ(down.DueNs(3'750), 5 * kSecond);
}

TEST(Schedule, OfASpikeHasItInTheMiddleFifth) {
  const Schedule schedule(Of("spike:10-1000"), 10 * kSecond);
  EXPECT_EQ(schedule.total(), 40U + 2'000U + 40U);
  EXPECT_EQ(schedule.DueNs(40), 4 * kSecond);
  EXPECT_EQ(schedule.DueNs(41), 4 * kSecond + 1'000'000);
  EXPECT_EQ(schedule.DueNs(2'040), 6 * kSecond);
  EXPECT_EQ(schedule.DueNs(2'041), 6 * kSecond + 100'000'000);
}

TEST(Schedule, OfStepsHasRatesThatAreAsFarApart) {
  const Schedule schedule(Of("step:100-300/3"), 30 * kSecond);
  EXPECT_EQ(schedule.total(), 1'000U + 2'000U + 3'000U);
  EXPECT_EQ(schedule.DueNs(1'000), 10 * kSecond);
  EXPECT_EQ(schedule.DueNs(1'001), 10 * kSecond + 5'000'000);
  EXPECT_EQ(schedule.DueNs(3'000), 20 * kSecond);
}

TEST(Schedule, AskedForNothingFirstIsDueLater) {
  const Schedule schedule(Of("step:0-100/2"), 20 * kSecond);
  EXPECT_EQ(schedule.total(), 1'000U);
  EXPECT_EQ(schedule.DueNs(0), 10 * kSecond);
  EXPECT_EQ(schedule.DueBy(10 * kSecond - 1), 0U);
  EXPECT_EQ(schedule.DueBy(10 * kSecond), 1U);
}

TEST(Schedule, CountsByAMomentExactlyThoseThatAreDueThen) {
  for (const std::string text : {"constant:777", "ramp:1-997", "ramp:997-1", "spike:3-1009", "step:7-501/7"}) {
    const Schedule schedule(Of(text), 3 * kSecond);
    std::int64_t before = 0;
    for (std::uint64_t n = 0; n < schedule.total(); ++n) {
      const std::int64_t due = schedule.DueNs(n);
      ASSERT_LE(before, due) << text << " " << n;
      ASSERT_GE(schedule.DueBy(due), n + 1) << text;
      if (due > before) {
        ASSERT_EQ(schedule.DueBy(due - 1), n) << text;
      }
      before = due;
    }
    EXPECT_EQ(schedule.DueBy(-1), 0U);
    EXPECT_EQ(schedule.DueBy(3 * kSecond), schedule.total());
    EXPECT_EQ(schedule.DueBy(300 * kSecond), schedule.total());
  }
}

}  // namespace
}  // namespace skep::load
