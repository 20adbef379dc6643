#include "metrics/report.h"

#include <gtest/gtest.h>

#include "metrics/metrics_fixture.h"
#include "metrics/samples.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

class Reports : public MetricsFixture {
 protected:
  static constexpr std::int64_t kNow = kHour0 + 100 * kDayMs + 1'234'567;

  void Add(std::int64_t at_ms) {
    const Recorded recorded = Of("tool:a", {1000});
    AddToWindows(*database_, std::span(&recorded, 1), at_ms);
  }
  Report Of(std::int64_t length_ms, std::int64_t now_ms = kNow) {
    return MakeReport(*database_, {.length_ms = length_ms, .swarm = {}}, {}, now_ms);
  }
  using MetricsFixture::Of;
};

class ReportsOfEachLength : public Reports, public testing::WithParamInterface<std::int64_t> {};

TEST_P(ReportsOfEachLength, HaveNoWindowThatIsInThePeriodBeforeAsWell) {
  const std::int64_t asked_ms = kNow - GetParam();
  for (std::int64_t i = -5; i < 5; ++i) Add(asked_ms + i * 7'000);
  const Report report = Of(GetParam());
  EXPECT_LE(report.from_ms, asked_ms);
  EXPECT_GE(report.requests.values.count(), 5);
  EXPECT_EQ(report.requests.values.count() + report.requests_before.values.count(), 10);
}

INSTANTIATE_TEST_SUITE_P(Lengths, ReportsOfEachLength, testing::Values(kHourMs, kDayMs, 7 * kDayMs, 30 * kDayMs));

TEST_F(Reports, SayWhenMeasuringBeganToTheFinestWindowThatIsKept) {
  const std::int64_t first_ms = WindowStart(kNow - kHourMs / 2, 10);
  Add(first_ms);
  EXPECT_EQ(Of(kHourMs).measured_ms, first_ms);
  EXPECT_EQ(Of(7 * kDayMs).measured_ms, first_ms);
  const std::int64_t earlier_ms = WindowStart(kNow - kDayMs, 60);
  Add(earlier_ms);
  EXPECT_EQ(Of(7 * kDayMs).measured_ms, earlier_ms);
  EXPECT_EQ(Of(kHourMs).measured_ms, first_ms);
}

TEST_F(Reports, CountProcessesThatEndedYoung) {
  Samples samples;
  samples["process:resident_bytes"].Add(7e6);
  Add(kNow - 2 * kHourMs);
  for (std::int64_t pid = 1; pid <= 5; ++pid) {
    AddSamples(*database_, {.pid = pid, .started_ms = pid}, samples, kNow - 2 * kHourMs, ProcessAge::kEndedYoung);
  }
  EXPECT_EQ(Of(kDayMs).processes, 5);
}

}  // namespace
}  // namespace skep::metrics
