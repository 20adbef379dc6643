#include "swarm/usage_streams.h"

#include <gtest/gtest.h>

#include "swarm/swarm_fixture.h"

namespace skep::swarm {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;

class UsageStreamsTest : public SwarmFixture {
 protected:
  void Note(UsageSource source, std::int64_t at_ms, std::string_view session = "s", std::string_view client = "c") {
    NoteStream(*database_, client, session, source, at_ms);
  }
  bool HasBetter(std::int64_t at_ms, std::string_view session = "s", std::string_view client = "c",
                 UsageSource than = UsageSource::kCounter) {
    return UsageStreams(*database_, at_ms, at_ms).HasBetter(client, session, than, at_ms);
  }
};

TEST_F(UsageStreamsTest, AStreamLastsFromItsFirstRecordToItsLastAndAnExportLonger) {
  Note(UsageSource::kEvent, kDayMs);
  Note(UsageSource::kEvent, kDayMs + 50 * kMinuteMs);
  EXPECT_FALSE(HasBetter(kDayMs - 1));
  EXPECT_TRUE(HasBetter(kDayMs));
  EXPECT_TRUE(HasBetter(kDayMs + 30 * kMinuteMs));
  EXPECT_TRUE(HasBetter(kDayMs + 50 * kMinuteMs + kExportMs));
  EXPECT_FALSE(HasBetter(kDayMs + 50 * kMinuteMs + kExportMs + 1));
}

TEST_F(UsageStreamsTest, ASessionThatIsTakenUpAgainDoesNotCoverTheTimeBetween) {
  Note(UsageSource::kEvent, kDayMs);
  Note(UsageSource::kEvent, 20 * kDayMs);
  EXPECT_TRUE(HasBetter(kDayMs));
  EXPECT_FALSE(HasBetter(10 * kDayMs));
  EXPECT_TRUE(HasBetter(20 * kDayMs));
}

TEST_F(UsageStreamsTest, TheOrderOfArrivalDoesNotMatter) {
  Note(UsageSource::kEvent, kDayMs + 2 * kHourMs);
  Note(UsageSource::kEvent, kDayMs);
  Note(UsageSource::kEvent, kDayMs + kHourMs);
  for (std::int64_t at_ms = kDayMs; at_ms <= kDayMs + 2 * kHourMs; at_ms += 10 * kMinuteMs) {
    EXPECT_TRUE(HasBetter(at_ms)) << at_ms;
  }
}

TEST_F(UsageStreamsTest, OnlyABetterSourceOfTheSameSessionCounts) {
  Note(UsageSource::kCounter, kDayMs);
  EXPECT_FALSE(HasBetter(kDayMs));
  EXPECT_TRUE(HasBetter(kDayMs, "s", "c", UsageSource::kTask));
  EXPECT_TRUE(HasBetter(kDayMs, "s", "another client that names it", UsageSource::kTask));
  EXPECT_FALSE(HasBetter(kDayMs, "another", "c", UsageSource::kTask));
}

TEST_F(UsageStreamsTest, WhatNamesNoSessionComparesWithAllOfItsClients) {
  Note(UsageSource::kEvent, kDayMs, "one");
  Note(UsageSource::kEvent, kDayMs + kHourMs, "two");
  EXPECT_TRUE(HasBetter(kDayMs, ""));
  EXPECT_FALSE(HasBetter(kDayMs + 30 * kMinuteMs, "")) << "neither was at work then";
  EXPECT_TRUE(HasBetter(kDayMs + kHourMs, ""));
  EXPECT_FALSE(HasBetter(kDayMs, "", "another"));
}

}  // namespace
}  // namespace skep::swarm
