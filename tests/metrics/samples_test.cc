#include "metrics/samples.h"

#include <gtest/gtest.h>

#include "metrics/metrics_fixture.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

class SamplesOfProcesses : public MetricsFixture {};

TEST_F(SamplesOfProcesses, EachProcessHasItsOwn) {
  const ProcessKey one{.pid = 7, .started_ms = kHour0};
  const ProcessKey two{.pid = 8, .started_ms = kHour0};
  Sample low;
  low.Add(1);
  low.Add(3);
  Sample high;
  high.Add(10);
  AddSamples(*database_, one, {{"process:resident_bytes", low}}, kHour0);
  AddSamples(*database_, one, {{"process:resident_bytes", high}}, kHour0 + 10'000);
  AddSamples(*database_, two, {{"process:resident_bytes", low}}, kHour0);
  const auto all = SamplesOfPeriod(*database_, kHour0, kHour0 + 20'000, kHour0 + 20'000);
  ASSERT_EQ(all.size(), 2);
  const Sample& sample = all.at(one).at("process:resident_bytes");
  EXPECT_EQ(sample.count, 3);
  EXPECT_EQ(sample.least, 1);
  EXPECT_EQ(sample.most, 10);
  EXPECT_EQ(sample.last, 10);
  EXPECT_DOUBLE_EQ(sample.mean(), 14.0 / 3);
  EXPECT_EQ(ReadSamples(*database_, 60, kHour0, kHour0 + kMinuteMs).size(), 2);
}

TEST_F(SamplesOfProcesses, ThoseThatEndYoungAreKeptTogether) {
  Samples samples;
  samples["process:resident_bytes"].Add(7);
  for (std::int64_t pid = 1; pid <= 5; ++pid) {
    AddSamples(*database_, {.pid = pid, .started_ms = kHour0}, samples, kHour0, ProcessAge::kEndedYoung);
  }
  const ProcessKey grown{.pid = 6, .started_ms = kHour0};
  AddSamples(*database_, grown, samples, kHour0, ProcessAge::kYoung);
  AddSamples(*database_, grown, samples, kHour0 + 10'000);
  EXPECT_EQ(ReadSamples(*database_, 10, kHour0, kHour0 + kMinuteMs).size(), 7);
  for (const std::int64_t end_ms : {kHour0 + kMinuteMs, kHour0 + kHourMs}) {
    const auto all = SamplesOfPeriod(*database_, kHour0, end_ms, end_ms);
    ASSERT_EQ(all.size(), 2);
    EXPECT_EQ(all.at(kYoungProcesses).at("process:resident_bytes").count, 6);
    EXPECT_EQ(all.at(grown).at("process:resident_bytes").count, 1);
    EXPECT_EQ(CountProcesses(all), 6);
  }
}

TEST_F(SamplesOfProcesses, OneFigureOfOneIsFoundAmongAll) {
  Samples samples;
  samples["process:resident_bytes"].Add(7);
  samples["process:cpu_cores"].Add(1);
  for (std::int64_t pid = 1; pid <= 3; ++pid) {
    AddSamples(*database_, {.pid = pid, .started_ms = kHour0}, samples, kHour0 + pid * kMinuteMs);
  }
  const auto of = ReadFigureOf(*database_, {.pid = 2, .started_ms = kHour0}, 60, kHour0, kHour0 + kHourMs,
                               "process:resident_bytes");
  ASSERT_EQ(of.size(), 1);
  EXPECT_EQ(of[0].start_ms, kHour0 + 2 * kMinuteMs);
  EXPECT_EQ(ReadFigure(*database_, 60, kHour0, kHour0 + kHourMs, "process:resident_bytes").size(), 3);
}

}  // namespace
}  // namespace skep::metrics
