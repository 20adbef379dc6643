#include "metrics/rates.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace skep::metrics {
namespace {

std::vector<Recorded> Calls(std::string_view operation, int count) {
  std::vector<Recorded> recorded(1);
  recorded[0].operation = operation;
  for (int i = 0; i < count; ++i) recorded[0].values.Add(1);
  return recorded;
}

TEST(Rates, AreOfTheWindowAndOfTheMinuteThatEndsWithIt) {
  Rates rates;
  Samples samples;
  for (std::int64_t start_ms = 0; start_ms < 120'000; start_ms += 10'000) {
    rates.Add(Calls("tool:task_claim", 600), start_ms, 10, samples);
  }
  EXPECT_EQ(samples.at("rate:requests").most, 60);
  EXPECT_EQ(samples.at("rate:tasks").most, 60);
  EXPECT_EQ(samples.at("rate:tasks_minute").least, 10);
  EXPECT_EQ(samples.at("rate:tasks_minute").most, 60);
  EXPECT_EQ(samples.at("rate:agents_minute").most, 0);
}

TEST(Rates, WindowsThatAreLongOverDoNotCount) {
  Rates rates;
  Samples samples;
  rates.Add(Calls("tool:inbox", 600), 0, 10, samples);
  rates.Add(Calls("tool:inbox", 600), 60'000, 10, samples);
  EXPECT_EQ(samples.at("rate:coordination_minute").most, 10);
}

TEST(Rates, WhatIsNoRequestIsNotCounted) {
  Rates rates;
  Samples samples;
  rates.Add(Calls("store:run", 600), 0, 10, samples);
  EXPECT_EQ(samples.at("rate:requests").most, 0);
}

TEST(Rates, AClockThatIsSetBackMakesNoneHigher) {
  Rates rates;
  Samples samples;
  for (std::int64_t i = 0; i < 60; ++i) rates.Add(Calls("tool:inbox", 1000), 3'600'000 + i * 10'000, 10, samples);
  for (std::int64_t i = 0; i < 60; ++i) rates.Add(Calls("tool:inbox", 1000), 3'000'000 + i * 10'000, 10, samples);
  EXPECT_EQ(samples.at("rate:requests_minute").most, 100);
  EXPECT_EQ(samples.at("rate:requests_minute").last, 100);
}

TEST(Rates, AreOfTheTimeThatTheWindowsReallyTook) {
  Rates rates;
  Samples samples;
  for (std::int64_t i = 0; i < 12; ++i) rates.Add(Calls("tool:inbox", 1100), i * 10'000, 11, samples);
  EXPECT_DOUBLE_EQ(samples.at("rate:requests").most, 100);
  EXPECT_DOUBLE_EQ(samples.at("rate:requests_minute").most, 100);
}

TEST(Rates, ABurstInAWindowThatIsCutShortIsNotOneOfTenSeconds) {
  Rates rates;
  Samples samples;
  rates.Add(Calls("tool:inbox", 900), 0, 0.01, samples);
  EXPECT_DOUBLE_EQ(samples.at("rate:requests").most, 100);
}

}  // namespace
}  // namespace skep::metrics
