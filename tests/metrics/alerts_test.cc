#include "metrics/alerts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "metrics/metrics_fixture.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kWindow = 10'000;

class Alerts : public MetricsFixture {
 protected:
  /// A window of requests that take so long, of which so many fail.
  void Requests(std::uint64_t count, std::uint64_t ms, std::uint64_t errors = 0) {
    Recorded recorded{.operation = "tool:a", .errors = errors};
    for (std::uint64_t i = 0; i < count; ++i) recorded.values.Add(ms * 1'000'000);
    AddToWindows(*database_, std::span(&recorded, 1), now_ms_);
  }
  void Figure(const std::string& name, double value) { FigureOf(process_, name, value); }
  void FigureOf(const ProcessKey& process, const std::string& name, double value) {
    Sample sample;
    sample.Add(value);
    AddSamples(*database_, process, {{name, sample}}, now_ms_);
  }
  std::vector<std::string> JudgeAs(const ProcessKey& process) {
    return JudgeAlerts(*database_, process, thresholds_, 2, now_ms_);
  }
  std::vector<std::string> Pass() {
    now_ms_ += kWindow;
    return JudgeAs(process_);
  }
  /// Windows of one figure, and what is said meanwhile.
  template <class Value>
  std::vector<std::string> Windows(int count, Value value) {
    std::vector<std::string> said;
    for (int i = 0; i < count; ++i) {
      Figure("process:resident_bytes", value(i));
      for (const std::string& line : Pass()) said.push_back(line);
    }
    return said;
  }
  /// Noise of six minutes, in bytes.
  static double Noise(int i) { return (i % 7) * 1e5; }

  AlertThresholds thresholds_;
  const ProcessKey process_{.pid = 7, .started_ms = kHour0};
  const ProcessKey other_{.pid = 8, .started_ms = kHour0};
  std::int64_t now_ms_ = kHour0;
};

TEST_F(Alerts, OneIsRaisedOnceWhenThreeWindowsInARowAreBeyondTheThreshold) {
  for (int i = 0; i < 3; ++i) {
    Requests(100, 300);
    EXPECT_THAT(Pass(), IsEmpty());
  }
  Requests(100, 300);
  EXPECT_THAT(Pass(), ElementsAre(HasSubstr("alert latency: 95 % of requests take up to 300 ms")));
  Requests(100, 300);
  EXPECT_THAT(Pass(), IsEmpty());
  const auto alerts = ListAlerts(*database_, 0, 10);
  ASSERT_EQ(alerts.size(), 1);
  EXPECT_EQ(alerts[0].name, "latency");
  EXPECT_EQ(alerts[0].raised_ms, kHour0 + 4 * kWindow);
  EXPECT_EQ(alerts[0].cleared_ms, 0);
  EXPECT_DOUBLE_EQ(alerts[0].value, 300);
  EXPECT_DOUBLE_EQ(alerts[0].threshold, 200);
}

TEST_F(Alerts, ItIsClearedOnlyWhenTheFigureIsWellWithin) {
  for (int i = 0; i < 4; ++i) Requests(100, 300), Pass();
  // Below 200 ms, but above 160.
  for (int i = 0; i < 5; ++i) {
    Requests(100, 170);
    EXPECT_THAT(Pass(), IsEmpty());
  }
  for (int i = 0; i < 3; ++i) {
    Requests(100, 20);
    EXPECT_THAT(Pass(), IsEmpty());
  }
  Requests(100, 20);
  EXPECT_THAT(Pass(), ElementsAre("alert latency is over"));
  EXPECT_EQ(ListAlerts(*database_, kHour0, 10).at(0).cleared_ms, now_ms_);
  EXPECT_THAT(ListAlerts(*database_, now_ms_ + 1, 10), IsEmpty());
}

TEST_F(Alerts, AFewSlowOrFailedRequestsAreNone) {
  for (int i = 0; i < 6; ++i) {
    Requests(99, 900, 99);
    EXPECT_THAT(Pass(), IsEmpty());
  }
}

TEST_F(Alerts, ManyErrorsAreOne) {
  for (int i = 0; i < 3; ++i) Requests(1000, 1, 20), Pass();
  Requests(1000, 1, 20);
  EXPECT_THAT(Pass(), ElementsAre(HasSubstr("2.0 % of requests fail, more than 1 %")));
}

TEST_F(Alerts, FewOperationsAreOneOnlyWhileCallsQueue) {
  for (int i = 0; i < 5; ++i) {
    Figure("rate:requests", 100);
    EXPECT_THAT(Pass(), IsEmpty());
  }
  for (int i = 0; i < 3; ++i) Figure("rate:requests", 100), Figure("calls:in_flight", 100), Pass();
  Figure("rate:requests", 100), Figure("calls:in_flight", 100);
  EXPECT_THAT(Pass(), ElementsAre(HasSubstr("100 operations a second while calls queue, fewer than 400")));
}

TEST_F(Alerts, CallsThatMerelyWaitAreNoLoad) {
  for (int i = 0; i < 5; ++i) {
    Figure("rate:requests", 100), Figure("calls:in_flight", 150);
    Figure("calls:waiting", 40), Figure("calls:asking", 30), Figure("calls:watching", 20);
    EXPECT_THAT(Pass(), IsEmpty());
  }
}

TEST_F(Alerts, AWindowIsJudgedWhenEverybodyHasWrittenTheirs) {
  for (int i = 0; i < 5; ++i) {
    Figure("rate:requests", 100), Figure("calls:in_flight", 100);
    EXPECT_THAT(Pass(), IsEmpty());
    // The other process answers most, and writes a moment after this one.
    const std::int64_t late_ms = std::exchange(now_ms_, now_ms_ - kWindow);
    FigureOf(other_, "rate:requests", 900);
    now_ms_ = late_ms;
  }
}

TEST_F(Alerts, TheMachinesLoadIsJudgedByCore) {
  for (int i = 0; i < 3; ++i) Figure("machine:load", 4), Pass();
  Figure("machine:load", 4);
  EXPECT_THAT(Pass(), ElementsAre(HasSubstr("load is 2.0 for each of its 2 cores")));
}

TEST_F(Alerts, MemoryThatGrowsForHalfAnHourIsOneAndNoiseIsNot) {
  EXPECT_THAT(Windows(360, [](int i) { return 10e6 + Noise(i); }), IsEmpty());
  EXPECT_THAT(Windows(360, [](int i) { return 10e6 + Noise(i) + i * 10e6 / 360; }),
              ElementsAre(HasSubstr("process 7 grows by")));
  // It has stopped.
  EXPECT_THAT(Windows(360, [](int i) { return 20e6 + Noise(i); }), ElementsAre("alert memory_growth is over"));
}

TEST_F(Alerts, MemoryThatStepsOnceDoesNotGrow) {
  EXPECT_THAT(Windows(180, [](int i) { return 20e6 + Noise(i); }), IsEmpty());
  EXPECT_THAT(Windows(360, [](int i) { return 26e6 + Noise(i); }), IsEmpty());
}

TEST_F(Alerts, MemoryThatGrowsByLittleDoesNot) {
  thresholds_.growth_mb_per_h = 0.5;
  EXPECT_THAT(Windows(360, [](int i) { return 20e6 + i * 1.5e6 / 360; }), IsEmpty());
}

TEST_F(Alerts, EachProcessJudgesItsOwnMemory) {
  std::vector<std::string> said;
  for (int i = 0; i < 360; ++i) {
    Figure("process:resident_bytes", 10e6 + i * 1e5);
    FigureOf(other_, "process:resident_bytes", 10e6);
    for (const std::string& line : Pass()) said.push_back(line);
    for (const std::string& line : JudgeAs(other_)) said.push_back(line);
  }
  EXPECT_THAT(said, ElementsAre(HasSubstr("process 7 grows by 36.0 MB an hour")));
  ASSERT_EQ(ListAlerts(*database_, 0, 10).size(), 1);
}

TEST_F(Alerts, ThatOfAProcessThatHasGoneIsClearedByAnother) {
  ASSERT_THAT(Windows(360, [](int i) { return 10e6 + i * 1e5; }), testing::SizeIs(1));
  now_ms_ += 4 * kMinuteMs;
  EXPECT_THAT(JudgeAs(other_), IsEmpty());
  now_ms_ += 2 * kMinuteMs;
  EXPECT_THAT(JudgeAs(other_), ElementsAre("alert memory_growth of process 7 is over"));
}

TEST_F(Alerts, AThresholdOfZeroTurnsOneOff) {
  thresholds_.p95_ms = 0;
  for (int i = 0; i < 5; ++i) {
    Requests(100, 300);
    EXPECT_THAT(Pass(), IsEmpty());
  }
}

TEST_F(Alerts, OneThatIsTurnedOffWhileItIsOpenIsCleared) {
  for (int i = 0; i < 4; ++i) Requests(100, 300), Pass();
  ASSERT_TRUE(IsAnyAlertOpen(*database_));
  thresholds_.p95_ms = 0;
  Requests(100, 300);
  EXPECT_THAT(Pass(), ElementsAre("alert latency is over"));
  EXPECT_FALSE(IsAnyAlertOpen(*database_));
}

TEST_F(Alerts, OneThatNobodyIsThereToClearIsNotCalledOpenForEver) {
  for (int i = 0; i < 4; ++i) Requests(100, 300), Pass();
  const std::int64_t end_ms = now_ms_;
  EXPECT_TRUE(IsOpen(ListAlerts(*database_, 0, 10).at(0), end_ms));
  const Alert left = ListAlerts(*database_, 0, 10).at(0);
  EXPECT_EQ(left.cleared_ms, 0);
  EXPECT_EQ(left.measured_ms, end_ms);
  EXPECT_FALSE(IsOpen(left, end_ms + 6 * kMinuteMs));
  now_ms_ += kHourMs;
  EXPECT_THAT(JudgeAs(other_), ElementsAre("alert latency is over"));
}

}  // namespace
}  // namespace skep::metrics
