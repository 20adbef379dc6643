#include "metrics/windows.h"

#include <gtest/gtest.h>

#include "metrics/metrics_fixture.h"

namespace skep::metrics {
namespace {

class Windows : public MetricsFixture {
 protected:
  void Add(std::int64_t at_ms, const Recorded& recorded) { AddToWindows(*database_, std::span(&recorded, 1), at_ms); }
  std::int64_t CountOf(std::string_view operation, std::int64_t from_ms, std::int64_t to_ms, std::int64_t now_ms) {
    for (const Window& window : ReadPeriod(*database_, from_ms, to_ms, now_ms)) {
      if (window.operation == operation) return static_cast<std::int64_t>(window.values.count());
    }
    return 0;
  }
};

TEST_F(Windows, WhatIsAddedIsInTheWindowsOfAllLevels) {
  Add(kHour0 + 61'234, Of("tool:a", {5, 7}, 1));
  Add(kHour0 + 65'000, Of("tool:a", {9}));
  for (const auto& [seconds, start_ms] : {std::pair{10, kHour0 + 60'000}, {60, kHour0 + 60'000}, {3600, kHour0}}) {
    const auto windows = ReadWindows(*database_, seconds, kHour0, kHour0 + kHourMs);
    ASSERT_EQ(windows.size(), 1) << seconds;
    EXPECT_EQ(windows[0].start_ms, start_ms);
    EXPECT_EQ(windows[0].values.count(), 3);
    EXPECT_EQ(windows[0].values.total(), 21);
    EXPECT_EQ(windows[0].values.most(), 9);
    EXPECT_EQ(windows[0].values.Text(), "5:1,7:1,9:1");
    EXPECT_EQ(windows[0].errors, 1);
  }
}

TEST_F(Windows, APeriodIsCutIntoTheCoarsestWindowsThatAreInIt) {
  const std::int64_t now = kHour0 + 10 * kHourMs;
  const auto spans = CutPeriod(now - 3 * kHourMs - 90'000, now + 25'000, now + 25'000);
  ASSERT_EQ(spans.size(), 3);
  // Beyond two hours back there are no windows of 10 s.
  EXPECT_EQ(spans[0].seconds, 60);
  EXPECT_EQ(spans[0].from_ms, now - 3 * kHourMs - 120'000);
  EXPECT_EQ(spans[0].to_ms, now - 3 * kHourMs);
  EXPECT_EQ(spans[1].seconds, 3600);
  EXPECT_EQ(spans[1].to_ms, now);
  EXPECT_EQ(spans[2].seconds, 10);
  EXPECT_EQ(spans[2].to_ms, now + 30'000);
}

TEST_F(Windows, PartsOfAPeriodNeitherOverlapNorLeaveAnythingOut) {
  const std::int64_t now = kHour0 + 40 * kDayMs + 1'234'567;
  for (const std::int64_t length : {5'000L, 60'000L, 3'600'000L, 7'199'000L, 86'400'000L, 30 * 86'400'000L}) {
    for (const std::int64_t end : {now, now - 3'333'333, now - kDayMs, now - 3 * kDayMs}) {
      const auto spans = CutPeriod(end - length, end, now);
      ASSERT_FALSE(spans.empty());
      EXPECT_LE(spans.front().from_ms, end - length);
      EXPECT_GE(spans.back().to_ms, end);
      for (std::size_t i = 0; i < spans.size(); ++i) {
        EXPECT_EQ(spans[i].from_ms % (spans[i].seconds * 1000), 0);
        EXPECT_EQ(spans[i].to_ms % (spans[i].seconds * 1000), 0);
        if (i == 0) continue;
        EXPECT_EQ(spans[i].from_ms, spans[i - 1].to_ms);
      }
    }
  }
}

TEST_F(Windows, APeriodIsReadAsTheSumOfItsWindows) {
  const std::int64_t now = kHour0 + 5 * kHourMs;
  for (std::int64_t at = kHour0; at < now; at += 25'000) Add(at, Of("tool:a", {1}));
  EXPECT_EQ(CountOf("tool:a", kHour0, now, now), 5 * 3600 / 25);
  EXPECT_EQ(CountOf("tool:a", now - 100'000, now, now), 4);
  EXPECT_EQ(CountOf("tool:a", now - kHourMs - 100'000, now, now), 144 + 4);
  EXPECT_EQ(CountOf("tool:b", kHour0, now, now), 0);
}

TEST_F(Windows, WhatIsOlderThanItIsKeptGoesLevelByLevel) {
  const std::int64_t now = kHour0 + 100 * kDayMs;
  for (const std::int64_t age : {kMinuteMs, 3 * kHourMs, 3 * kDayMs, 70 * kDayMs}) Add(now - age, Of("tool:a", {1}));
  while (PruneWindows(*database_, now)) {
  }
  const auto left = [&](std::int64_t seconds) { return ReadWindows(*database_, seconds, 0, now + 1).size(); };
  EXPECT_EQ(left(10), 1);
  EXPECT_EQ(left(60), 2);
  EXPECT_EQ(left(3600), 3);
}

}  // namespace
}  // namespace skep::metrics
