#include "load/expectation.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace skep::load {
namespace {

Expectation Of(std::string_view text) {
  const auto expectation = ParseExpectation(text);
  EXPECT_TRUE(expectation) << text;
  return expectation.value_or(Expectation());
}

TEST(ParseExpectation, ReadsFiguresAndUnits) {
  EXPECT_DOUBLE_EQ(Of("p95<5ms").bound, 5e6);
  EXPECT_DOUBLE_EQ(Of("p99.9 < 1.5 s").bound, 1.5e9);
  EXPECT_DOUBLE_EQ(Of("max<200us").bound, 200e3);
  EXPECT_DOUBLE_EQ(Of("max<200µs").bound, 200e3);
  EXPECT_DOUBLE_EQ(Of("errors<0.1%").bound, 0.001);
  EXPECT_DOUBLE_EQ(Of("rate>1000/s").bound, 1000);
  EXPECT_DOUBLE_EQ(Of("rate>1000").bound, 1000);
  EXPECT_DOUBLE_EQ(Of("cpu<2us").bound, 2000);
  EXPECT_DOUBLE_EQ(Of("rss<50MB").bound, 50e6);
  EXPECT_DOUBLE_EQ(Of("rss<50MiB").bound, 50.0 * 1024 * 1024);
  EXPECT_EQ(Text(Of("p95<5ms")), "p95 < 5.00 ms");
  EXPECT_EQ(Text(Of("errors<=0%")), "errors <= 0 %");
}

TEST(ParseExpectation, SaysWhatWouldBeRight) {
  for (const std::string text : {"", "p95", "p95<", "p95<5", "p95<5MB", "p95=5ms", "errors<0.1", "rate>5ms", "rss<5ms",
                                 "speed>1", "p95<-5ms", "p95<nanms", "p95<5ms x", "p200<1s", "<5ms"}) {
    const auto expectation = ParseExpectation(text);
    ASSERT_FALSE(expectation) << text;
    EXPECT_EQ(expectation.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(expectation.error().message.find("wanted: p50<5ms"), std::string::npos);
  }
}

Outcome WithLatency(std::uint64_t ns) {
  Outcome outcome{.seconds = 1, .due = 1, .answered = 1};
  outcome.latency.Record(ns);
  return outcome;
}

TEST(Judge, ComparesAsTheExpectationSays) {
  using Verdict = Judgement::Verdict;
  const std::vector<Outcome> rounds = {WithLatency(100)};
  EXPECT_EQ(Judge(Of("p50<101ns"), rounds).verdict, Verdict::kMet);
  EXPECT_EQ(Judge(Of("p50<100ns"), rounds).verdict, Verdict::kNotMet);
  EXPECT_EQ(Judge(Of("p50<=100ns"), rounds).verdict, Verdict::kMet);
  EXPECT_EQ(Judge(Of("p50>=100ns"), rounds).verdict, Verdict::kMet);
  EXPECT_EQ(Judge(Of("p50>100ns"), rounds).verdict, Verdict::kNotMet);
  EXPECT_EQ(Text(Judge(Of("p50<50ns"), rounds)), "p50 < 50 ns: not met (100 ns)");
}

TEST(Judge, OfSeveralRoundsTakesTheMedian) {
  const std::vector<Outcome> rounds = {WithLatency(100), WithLatency(10), WithLatency(20)};
  EXPECT_EQ(Judge(Of("p50<1us"), rounds).value, 20);
}

TEST(Judge, WithoutDataMeetsNothing) {
  const std::vector<Outcome> nothing(1);
  for (const std::string text : {"p50<1s", "rate>0/s", "errors<1%", "rss<1GB", "cpu<1s"}) {
    EXPECT_EQ(Judge(Of(text), nothing).verdict, Judgement::Verdict::kNoData) << text;
  }
  EXPECT_EQ(Text(Judge(Of("p50<1s"), nothing)), "p50 < 1.00 s: no data");
}

}  // namespace
}  // namespace skep::load
