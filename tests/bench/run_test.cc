#include "bench/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace skep::bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Values = std::vector<double>;

Measurement Of(Probe probe, Probe floor = {}) {
  return {.suite = "suite",
          .figures = {{.name = "a", .unit = "s"}, {.name = "b", .unit = "s"}},
          .probe = std::move(probe),
          .floor_name = floor ? "floor" : "",
          .floor = std::move(floor)};
}

TEST(BenchmarkMeasure, TheFirstRepetitionWarmsUpAndIsLeftOut) {
  bench::Run run({}, 1);
  double n = 100;
  Measure(run, Of([&](double) -> Expected<Values> { return Values{n--, 1}; }), 3600);
  ASSERT_EQ(run.rows().size(), 2U);
  EXPECT_EQ(run.rows()[0].samples, kRepetitions);
  EXPECT_EQ(run.rows()[0].median, 96);  // Of 99 … 93.
}

TEST(BenchmarkMeasure, ProbeAndFloorTakeTurns) {
  bench::Run run({}, 1);
  std::string order;
  Measure(run,
          Of(
              [&](double) -> Expected<Values> {
                order += 'p';
                return Values{2, 2};
              },
              [&](double) -> Expected<Values> {
                order += 'f';
                return Values{1, 4};
              }),
          3600);
  EXPECT_EQ(order, "pfpfpfpfpfpfpfpf");
  EXPECT_EQ(run.rows()[0].ratio, 2);
  EXPECT_EQ(run.rows()[1].ratio, 0.5);
}

TEST(BenchmarkMeasure, AProbeThatFailsGivesNoDataAndWhy) {
  bench::Run run({}, 1);
  Measure(run, Of([](double) -> Expected<Values> { return Fail(ErrorCode::kUnavailable, "no server"); }), 1);
  ASSERT_EQ(run.rows().size(), 2U);
  EXPECT_FALSE(run.rows()[1].median);
  EXPECT_THAT(run.rows()[1].figure.note, HasSubstr("no server"));
}

TEST(BenchmarkMeasure, WhatWasMeasuredBeforeItWasStoppedIsKept) {
  int repetitions = 0;
  bench::Run run({}, 1, {}, [&] { return repetitions == 4; });
  Measure(run, Of([&](double) -> Expected<Values> {
            ++repetitions;
            return Values{5, 5};
          }),
          3600);
  EXPECT_EQ(run.rows()[0].samples, 3);
  EXPECT_EQ(run.rows()[0].median, 5);
  EXPECT_TRUE(run.stopped());
}

TEST(BenchmarkRun, APartIsDoneWhenTheNextOneBegins) {
  std::vector<double> told;
  bench::Run run({}, 7200, [&](double share, std::string_view) { told.push_back(share); });
  run.At("what comes before");
  run.Begin(3600);
  run.Begin(3600);
  run.At("the second part");
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0], 0);
  // However short the first was; and the second has only begun.
  EXPECT_GE(told[1], 0.5);
  EXPECT_LT(told[1], 1);
}

TEST(BenchmarkRun, SaysWhatItIsAt) {
  std::vector<std::string> told;
  bench::Run run({}, 0, [&](double share, std::string_view what) {
    EXPECT_EQ(share, 1);
    told.emplace_back(what);
  });
  run.At("memory: store");
  EXPECT_THAT(told, ElementsAre("memory: store"));
}

}  // namespace
}  // namespace skep::bench
