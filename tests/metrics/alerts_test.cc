#include "metrics/alerts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  void Figure(const std::string& name, double value) {
    Sample sample;
    sample.Add(value);
    AddSamples(*database_, process_, {{name, sample}}, now_ms_);
  }
  std::vector<std::string> Pass() {
    now_ms_ += kWindow;
    return JudgeAlerts(*database_, process_, thresholds_, 2, now_ms_);
  }

  AlertThresholds thresholds_;
  const ProcessKey process_{.pid = 7, .started_ms = kHour0};
  std::int64_t now_ms_ = kHour0;
};

TEST_F(Alerts, OneIsRaisedOnceWhenThreeWindowsInARowAreBeyondTheThreshold) {
  for (int i = 0; i < 2; ++i) {
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
  EXPECT_EQ(alerts[0].raised_ms, kHour0 + 3 * kWindow);
  EXPECT_EQ(alerts[0].cleared_ms, 0);
  EXPECT_DOUBLE_EQ(alerts[0].value, 300);
  EXPECT_DOUBLE_EQ(alerts[0].threshold, 200);
}

TEST_F(Alerts, ItIsClearedOnlyWhenTheFigureIsWellWithin) {
  for (int i = 0; i < 3; ++i) Requests(100, 300), Pass();
  // Below 200 ms, but above 160.
  for (int i = 0; i < 5; ++i) {
    Requests(100, 170);
    EXPECT_THAT(Pass(), IsEmpty());
  }
  for (int i = 0; i < 2; ++i) {
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
  for (int i = 0; i < 2; ++i) Requests(1000, 1, 20), Pass();
  Requests(1000, 1, 20);
  EXPECT_THAT(Pass(), ElementsAre(HasSubstr("2.0 % of requests fail, more than 1 %")));
}

TEST_F(Alerts, FewOperationsAreOneOnlyWhileCallsQueue) {
  for (int i = 0; i < 4; ++i) {
    Requests(1000, 1);
    EXPECT_THAT(Pass(), IsEmpty());
  }
  for (int i = 0; i < 2; ++i) Requests(1000, 1), Figure("calls:in_flight", 100), Pass();
  Requests(1000, 1), Figure("calls:in_flight", 100);
  EXPECT_THAT(Pass(), ElementsAre(HasSubstr("100 operations a second while calls queue, fewer than 400")));
}

TEST_F(Alerts, CallsThatMerelyWaitAreNoLoad) {
  for (int i = 0; i < 4; ++i) {
    Requests(1000, 1), Figure("calls:in_flight", 100), Figure("calls:waiting", 100);
    EXPECT_THAT(Pass(), IsEmpty());
  }
}

TEST_F(Alerts, TheMachinesLoadIsJudgedByCore) {
  for (int i = 0; i < 2; ++i) Figure("machine:load", 4), Pass();
  Figure("machine:load", 4);
  EXPECT_THAT(Pass(), ElementsAre(HasSubstr("load is 2.0 for each of its 2 cores")));
}

TEST_F(Alerts, MemoryThatGrowsForHalfAnHourIsOneAndNoiseIsNot) {
  std::vector<std::string> said;
  for (int i = 0; i < 6 * 60; ++i) {
    Figure("process:resident_bytes", 10e6 + (i % 7) * 1e5);
    for (const std::string& line : Pass()) said.push_back(line);
  }
  EXPECT_THAT(said, IsEmpty());
  for (int i = 0; i < 6 * 60; ++i) {
    Figure("process:resident_bytes", 10e6 + (i % 7) * 1e5 + i * 10e6 / 360);
    for (const std::string& line : Pass()) said.push_back(line);
  }
  EXPECT_THAT(said, ElementsAre(HasSubstr("process 7 grows by")));
}

TEST_F(Alerts, AThresholdOfZeroTurnsOneOff) {
  thresholds_.p95_ms = 0;
  for (int i = 0; i < 4; ++i) {
    Requests(100, 300);
    EXPECT_THAT(Pass(), IsEmpty());
  }
}

}  // namespace
}  // namespace skep::metrics
