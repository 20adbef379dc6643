#include "metrics/error_report.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "metrics/windows.h"
#include "support/temp_directory.h"

namespace skep::metrics {
namespace {

class ReportErrorsTest : public testing::Test {
 protected:
  /// As a process does that notes them and writes them down.
  void Note(std::string_view message, std::int64_t at_ms, int times = 1, std::string_view preceding = "tool:inbox",
            std::int64_t took_ns = 1000) {
    ErrorTally tally;
    for (int i = 0; i < times; ++i) {
      tally.Note(message, "tool:task_update", "conflict", preceding, took_ns, at_ms);
    }
    AddErrors(*database_, tally.Take(), at_ms);
  }
  /// Something was recorded, though no error.
  void Work(std::int64_t at_ms, std::string_view operation = "tool:inbox", int times = 1) {
    Distribution values;
    for (int i = 0; i < times; ++i) values.Add(1);
    const Recorded recorded{.operation = operation, .values = values};
    AddToWindows(*database_, {&recorded, 1}, at_ms);
  }
  ErrorReport Report(std::int64_t period_ms, const ErrorKinds& live = {}) {
    ErrorReport report = ReportErrors(*database_, live, {}, now_ - period_ms, now_);
    EXPECT_FALSE(database_->error());
    return report;
  }

  TempDirectory directory_;
  std::unique_ptr<store::Database> database_ =
      *store::Database::Open(directory_ / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
  /// At the beginning of an hour, and so of all windows.
  std::int64_t now_ = 1'700'000'000'000 - 1'700'000'000'000 % kHourMs;
};

TEST_F(ReportErrorsTest, NothingWasMeasured) {
  const ErrorReport report = Report(kDayMs);
  EXPECT_FALSE(report.measured);
  EXPECT_TRUE(report.groups.empty());
}

TEST_F(ReportErrorsTest, WorkWithoutErrors) {
  Work(now_ - kHourMs);
  const ErrorReport report = Report(kDayMs);
  EXPECT_TRUE(report.measured);
  EXPECT_EQ(report.from_ms, now_ - kHourMs);
  EXPECT_EQ(report.errors, 0);
}

TEST_F(ReportErrorsTest, TheMostFrequentComesFirstWithAllThatIsKnownOfIt) {
  Note("rare", now_ - 5 * kMinuteMs);
  Note("often 1", now_ - 20 * kMinuteMs, 2, "tool:inbox", 3000);
  Note("often 2", now_ - 10 * kMinuteMs, 1, "", 9000);
  const ErrorReport report = Report(kHourMs);
  EXPECT_EQ(report.errors, 4);
  ASSERT_EQ(report.groups.size(), 2U);
  const ErrorGroup& often = report.groups[0];
  EXPECT_EQ(often.signature, "often #");
  EXPECT_EQ(often.message, "often 1");
  EXPECT_EQ(often.count, 3);
  EXPECT_EQ(often.total_ns, 15'000);
  EXPECT_EQ(often.most_ns, 9000);
  EXPECT_EQ(often.first_ms, now_ - 20 * kMinuteMs);
  EXPECT_EQ(often.last_ms, now_ - 10 * kMinuteMs);
  ASSERT_EQ(often.operations.size(), 1U);
  EXPECT_EQ(often.operations[0].name, "tool:task_update");
  EXPECT_EQ(often.codes[0].name, "conflict");
}

TEST_F(ReportErrorsTest, TheHalvesOfThePeriodAreCompared) {
  Work(now_ - kDayMs);
  Note("rising", now_ - 20 * kHourMs, 5);
  Note("rising", now_ - 3 * kHourMs, 50);
  Note("falling", now_ - 13 * kHourMs, 30);
  Note("falling", now_ - 11 * kHourMs, 2);
  Note("seldom", now_ - 1, 3);
  const ErrorReport report = Report(kDayMs);
  EXPECT_EQ(report.middle_ms, now_ - 12 * kHourMs);
  ASSERT_EQ(report.groups.size(), 3U);
  EXPECT_EQ(report.groups[0].change.trend, Trend::kRising);
  EXPECT_EQ(report.groups[0].change.earlier, 5);
  EXPECT_EQ(report.groups[0].change.later, 50);
  EXPECT_EQ(report.groups[1].change.trend, Trend::kFalling);
  EXPECT_EQ(report.groups[2].change.trend, Trend::kTooFew);
  EXPECT_EQ(report.change.earlier, 35);
  EXPECT_EQ(report.change.later, 55);
}

TEST_F(ReportErrorsTest, WhatWasNotYetMeasuredIsNoPartOfTheComparison) {
  Work(now_ - 2 * kHourMs);
  Note("even", now_ - 90 * kMinuteMs, 100);
  Note("even", now_ - 30 * kMinuteMs, 100);
  const ErrorReport report = Report(30 * kDayMs);
  EXPECT_EQ(report.from_ms, now_ - 2 * kHourMs);
  EXPECT_EQ(report.middle_ms, now_ - kHourMs);
  EXPECT_EQ(report.groups.at(0).change.trend, Trend::kSteady);
}

TEST_F(ReportErrorsTest, WhatIsOlderIsLeftOut) {
  Note("old", now_ - 2 * kHourMs);
  Note("new", now_ - kHourMs + 1);
  const ErrorReport report = Report(kHourMs);
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_EQ(report.groups[0].signature, "new");
}

TEST_F(ReportErrorsTest, EachIsCountedOnceWhateverThePeriod) {
  for (int hours = 0; hours < 40; ++hours) Note("hourly", now_ - hours * kHourMs, 1);
  for (const std::int64_t offset : {std::int64_t{0}, std::int64_t{1}, 7 * kMinuteMs + 13, 59 * kMinuteMs}) {
    now_ += offset;
    EXPECT_EQ(Report(7 * kDayMs).errors, 40) << offset;
    EXPECT_EQ(Report(30 * kDayMs).errors, 40) << offset;
    now_ -= offset;
  }
}

TEST_F(ReportErrorsTest, WhatPrecedesEverythingIsNotNamedAsPrecedingAnError) {
  Work(now_ - 20 * kMinuteMs, "tool:inbox", 900);
  Work(now_ - 20 * kMinuteMs, "tool:swarm_scale", 10);
  Work(now_ - 20 * kMinuteMs, "store:commit", 5000);
  Note("full", now_ - 10 * kMinuteMs, 8, "tool:inbox");
  Note("full", now_ - 10 * kMinuteMs, 4, "tool:swarm_scale");
  Note("full", now_ - 10 * kMinuteMs, 4, "");
  const ErrorReport report = Report(kHourMs);
  ASSERT_EQ(report.groups.size(), 1U);
  ASSERT_EQ(report.groups[0].preceding.size(), 1U);
  EXPECT_EQ(report.groups[0].preceding[0].name, "tool:swarm_scale");
  EXPECT_EQ(report.groups[0].preceding[0].count, 4);
  EXPECT_EQ(report.groups[0].preceding[0].anything, 10);
}

TEST_F(ReportErrorsTest, WhatIsNotWrittenDownYetIsPartOfIt) {
  Note("full", now_ - 30 * kMinuteMs);
  ErrorTally tally;
  tally.Note("full", "tool:task_update", "conflict", "tool:inbox", 5, now_ - 1);
  tally.Note("other", "tool:task_update", "conflict", "", 5, now_ - 1);
  const ErrorReport report = Report(kHourMs, tally.kinds());
  EXPECT_EQ(report.errors, 3);
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].count, 2);
  EXPECT_EQ(report.groups[0].last_ms, now_ - 1);
}

TEST_F(ReportErrorsTest, OnlyWhatIsNotWrittenDownYet) {
  ErrorTally tally;
  tally.Note("first", "tool:inbox", "conflict", "", 5, now_);
  const ErrorReport report = Report(kDayMs, tally.kinds());
  EXPECT_TRUE(report.measured);
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_EQ(report.groups[0].change.trend, Trend::kTooFew);
}

}  // namespace
}  // namespace skep::metrics
