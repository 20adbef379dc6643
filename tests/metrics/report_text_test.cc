#include "metrics/report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "metrics/alerts.h"
#include "metrics/metrics_fixture.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

class ReportTexts : public MetricsFixture {
 protected:
  Report At(std::int64_t now_ms) { return MakeReport(*database_, {.length_ms = kHourMs, .swarm = {}}, {}, now_ms); }
};

TEST_F(ReportTexts, AnAlertThatNobodyIsThereToClearIsNotCountedAsOpen) {
  Recorded slow{.operation = "tool:a"};
  for (int i = 0; i < 100; ++i) slow.values.Add(300'000'000);
  std::int64_t now_ms = kHour0;
  for (int i = 0; i < 4; ++i, now_ms += limits::kWindowMs) AddToWindows(*database_, std::span(&slow, 1), now_ms);
  ASSERT_EQ(JudgeAlerts(*database_, {.pid = 7, .started_ms = 1}, {}, 2, now_ms).size(), 1);
  EXPECT_THAT(SummaryOf(At(now_ms)), HasSubstr("1 alert is open: 95 % of requests"));
  EXPECT_THAT(DetailsOf(At(now_ms)), HasSubstr(" open: 95 %"));
  const std::string later = DetailsOf(At(now_ms + 10 * kMinuteMs));
  EXPECT_THAT(later, HasSubstr("No alert is open. 1 was open when last measured at 2023-11-14 22:00: 95 %"));
  EXPECT_THAT(later, Not(HasSubstr(" open: 95 %")));
}

TEST_F(ReportTexts, AgentsAreNamedWithTheAttemptsTheyFailed) {
  Report report = At(kHour0);
  report.tasks.agents = {{.name = "ag_000005", .called = "dee", .figures = {.succeeded = 3, .failed_attempts = 2}}};
  report.tasks.topologies = {{.name = "star", .figures = {.succeeded = 3, .failed_attempts = 2}}};
  const std::string text = DetailsOf(report);
  EXPECT_THAT(text, HasSubstr("attempts failed"));
  EXPECT_THAT(text, testing::ContainsRegex("dee .ag_000005. +3 +0 +2 "));
  EXPECT_THAT(text, HasSubstr("busy is the share of the time from the first claim to the last end"));
}

}  // namespace
}  // namespace skep::metrics
