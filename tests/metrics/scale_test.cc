#include "metrics/scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skep::metrics {
namespace {

using testing::ElementsAre;

std::vector<std::string> Texts(const auto& ticks) {
  std::vector<std::string> texts;
  for (const auto& tick : ticks) texts.push_back(tick.text);
  return texts;
}

TEST(Scale, ValuesHaveThreeDigitsAndTheirUnit) {
  EXPECT_EQ(ValueText(1'250'000, Unit::kNs), "1.25 ms");
  EXPECT_EQ(ValueText(870, Unit::kNs), "870 ns");
  EXPECT_EQ(ValueText(45'600, Unit::kNs), "45.6 µs");
  EXPECT_EQ(ValueText(90e9, Unit::kNs), "1.50 min");
  EXPECT_EQ(ValueText(12'345'678, Unit::kBytes), "12.3 MB");
  EXPECT_EQ(ValueText(0, Unit::kBytes), "0 B");
  EXPECT_EQ(ValueText(1234, Unit::kCount), "1,234");
  EXPECT_EQ(CountText(5639220), "5,639,220");
  EXPECT_EQ(CountText(999), "999");
  EXPECT_EQ(CountText(100000), "100,000");
  EXPECT_EQ(ValueText(3.14159, Unit::kCount), "3.14");
  EXPECT_EQ(ValueText(0.5, Unit::kPerSecond), "0.50/s");
  EXPECT_EQ(ValueText(1.25e6, Unit::kPerSecond), "1,250,000/s");
  EXPECT_EQ(ValueText(0.034, Unit::kCores), "0.03");
}

TEST(Scale, ALinearAxisBeginsAtZeroAndEndsAtARoundNumber) {
  EXPECT_THAT(Texts(LinearAxis(7.3, Unit::kPerSecond).ticks), ElementsAre("0", "2/s", "4/s", "6/s", "8/s"));
  EXPECT_THAT(Texts(LinearAxis(18.2e6, Unit::kBytes).ticks), ElementsAre("0", "5 MB", "10 MB", "15 MB", "20 MB"));
  EXPECT_THAT(Texts(LinearAxis(4321, Unit::kCount).ticks), ElementsAre("0", "2,000", "4,000", "6,000"));
  EXPECT_THAT(Texts(LinearAxis(1, Unit::kCount).ticks), ElementsAre("0", "1"));
  EXPECT_THAT(Texts(LinearAxis(0, Unit::kCount).ticks), ElementsAre("0", "1"));
  EXPECT_GT(LinearAxis(0, Unit::kCores).high, 0);
}

TEST(Scale, ALogarithmicAxisBeginsAndEndsAtRoundDurations) {
  const Axis wide = LogarithmicAxis(35e3, 480e6);
  EXPECT_EQ(wide.low, 20e3);
  EXPECT_EQ(wide.high, 500e6);
  EXPECT_THAT(Texts(wide.ticks), ElementsAre("100 µs", "1 ms", "10 ms", "100 ms"));
  EXPECT_DOUBLE_EQ(wide.Share(20e3), 0);
  EXPECT_NEAR(wide.Share(100e3), 0.159, 0.001);
  EXPECT_DOUBLE_EQ(wide.Share(1e12), 1);
  EXPECT_THAT(Texts(LogarithmicAxis(1.2e6, 4e6).ticks), ElementsAre("1 ms", "2 ms", "5 ms"));
}

TEST(Scale, ALogarithmicAxisOfAnyLengthHasTicksThatDoNotTouch) {
  EXPECT_THAT(Texts(LogarithmicAxis(1, 20e9).ticks), ElementsAre("1 ns", "100 ns", "10 µs", "1 ms", "100 ms", "10 s"));
  for (double least = 1; least < 1e16; least *= 7) {
    for (double most = least; most < 1e17; most *= 3) {
      const Axis axis = LogarithmicAxis(least, most);
      EXPECT_GE(axis.ticks.size(), 1U) << least << " to " << most;
      EXPECT_LE(axis.ticks.size(), 7U) << least << " to " << most;
    }
  }
}

TEST(Scale, ALogarithmicAxisOfOneValueHasALength) {
  EXPECT_LT(LogarithmicAxis(1e6, 1e6).low, LogarithmicAxis(1e6, 1e6).high);
  EXPECT_LT(LogarithmicAxis(0, 0).low, LogarithmicAxis(0, 0).high);
  EXPECT_LT(LogarithmicAxis(1e17, 1e18).low, LogarithmicAxis(1e17, 1e18).high);
}

TEST(Scale, TimeTicksAreAtRoundTimes) {
  constexpr std::int64_t kNoon = 1'700'049'600'000;  // 2023-11-15T12:00:00Z
  EXPECT_THAT(Texts(TimeTicks(kNoon - 130'000, kNoon + 200'000, 6)),
              ElementsAre("11:58", "11:59", "12:00", "12:01", "12:02", "12:03"));
  EXPECT_THAT(Texts(TimeTicks(kNoon, kNoon + 25'000, 5)),
              ElementsAre("12:00:00", "12:00:05", "12:00:10", "12:00:15", "12:00:20", "12:00:25"));
  EXPECT_THAT(Texts(TimeTicks(kNoon, kNoon + 86'400'000, 5)),
              ElementsAre("12:00", "18:00", "16 Nov", "06:00", "12:00"));
}

TEST(Scale, TimeTicksOfADayAndOfAMonthNameDays) {
  constexpr std::int64_t kNoon = 1'700'049'600'000;
  EXPECT_THAT(Texts(TimeTicks(kNoon - 30 * 86'400'000LL, kNoon, 5)), ElementsAre("19 Oct", "26 Oct", "2 Nov", "9 Nov"));
}

TEST(Scale, LengthsAreThoseThatPeopleCountIn) {
  EXPECT_EQ(LengthText(10'000), "10 s");
  EXPECT_EQ(LengthText(900'000), "15 min");
  EXPECT_EQ(LengthText(6 * 3'600'000), "6 h");
  EXPECT_EQ(LengthText(2 * 86'400'000), "2 d");
  EXPECT_EQ(NiceLength(3'600'000, 120, 10'000), 30'000);
  EXPECT_EQ(NiceLength(86'400'000, 120, 60'000), 15 * 60'000);
  EXPECT_EQ(NiceLength(100'000, 120, 10'000), 10'000);
  EXPECT_EQ(NiceLength(1'500'000, 120, 10'000), 20'000) << "15 s are not made of whole windows of 10 s";
  EXPECT_EQ(NiceLength(30 * 86'400'000LL, 120, 3'600'000), 6 * 3'600'000);
}

}  // namespace
}  // namespace skep::metrics
