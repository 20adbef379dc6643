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

}  // namespace
}  // namespace skep::metrics
