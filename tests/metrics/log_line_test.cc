#include "metrics/log_line.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

namespace skep::metrics {
namespace {

/// 2026-03-05T10:00:00Z
constexpr std::int64_t kNow = 1'772'704'800'000;

std::optional<std::int64_t> MomentOf(std::string_view line) { return ReadLogLine(line, kNow).at_ms; }
Severity SeverityOf(std::string_view line) { return ReadLogLine(line, kNow).severity; }
std::optional<std::int64_t> TookNs(std::string_view line) { return ReadLogLine(line, kNow).took_ns; }

TEST(ReadLogLine, MomentsInManyForms) {
  EXPECT_EQ(MomentOf("2026-03-05T09:00:00Z x"), kNow - 3'600'000);
  EXPECT_EQ(MomentOf("2026-03-05T11:00:00.250+02:00 x"), kNow - 3'600'000 + 250);
  EXPECT_EQ(MomentOf("[2026-03-05 10:00:00,007] x"), kNow + 7);
  EXPECT_EQ(MomentOf("2026/03/05 10:00:00 x"), kNow);
  EXPECT_EQ(MomentOf("1772704800 x"), kNow);
  EXPECT_EQ(MomentOf("1772704800.5 x"), kNow + 500);
  EXPECT_EQ(MomentOf("1772704800123: x"), kNow + 123);
  EXPECT_EQ(MomentOf("Mar  5 09:59:59 host app[12]: x"), kNow - 1000);
  EXPECT_EQ(MomentOf("<34>1 2026-03-05T10:00:00.003Z host x"), kNow + 3);
}

TEST(ReadLogLine, SyslogsYearIsTheLastThatMayBe) {
  // Of the year before: this December is to come.
  EXPECT_EQ(MomentOf("Dec 31 23:00:00 x"), 1'767'222'000'000);
  EXPECT_EQ(MomentOf("Feb 29 00:00:00 x"), 1'709'164'800'000);
}

TEST(ReadLogLine, WhatIsNoMomentIsText) {
  for (const std::string_view line : {"request 12 failed", "2026-13-05T09:00:00Z", "2026-03-05", "12345 x",
                                      "1772704800abc", "Marge 5 09:59:59", "99:99:99 x", ""}) {
    const LogLine read = ReadLogLine(line, kNow);
    EXPECT_FALSE(read.at_ms) << line;
    EXPECT_EQ(read.text, line);
  }
}

TEST(ReadLogLine, TheTextIsWithoutTheMoment) {
  EXPECT_EQ(ReadLogLine("[2026-03-05T09:00:00Z] ERROR x", kNow).text, "ERROR x");
  EXPECT_EQ(ReadLogLine("1772704800123: x", kNow).text, "x");
}

TEST(ReadLogLine, TheFirstLevelCounts) {
  EXPECT_EQ(SeverityOf("2026-03-05T09:00:00Z INFO no ERROR was found"), Severity::kInfo);
  EXPECT_EQ(SeverityOf("[error] x"), Severity::kError);
  EXPECT_EQ(SeverityOf("level=warn msg=x"), Severity::kWarning);
  EXPECT_EQ(SeverityOf(R"({"level":"debug","msg":"x"})"), Severity::kDebug);
  EXPECT_EQ(SeverityOf("app: fatal: not a repository"), Severity::kFatal);
  EXPECT_EQ(SeverityOf("src/a.cc:3:1: warning: unused"), Severity::kWarning);
}

TEST(ReadLogLine, WithoutALevelAWordOfFailureCounts) {
  EXPECT_EQ(SeverityOf("connection refused"), Severity::kError);
  EXPECT_EQ(SeverityOf("it timed out"), Severity::kError);
  EXPECT_EQ(SeverityOf("caught TypeError in x"), Severity::kError);
  EXPECT_EQ(SeverityOf("all is well with the mirror"), Severity::kNone);
  EXPECT_EQ(SeverityOf(""), Severity::kNone);
}

TEST(ReadLogLine, DurationsThatAreSaid) {
  EXPECT_EQ(TookNs("query took 123 ms"), 123'000'000);
  EXPECT_EQ(TookNs("done in 4.5s"), 4'500'000'000);
  EXPECT_EQ(TookNs("duration=12ms status=200"), 12'000'000);
  EXPECT_EQ(TookNs("elapsed_ms=7"), 7'000'000);
  EXPECT_EQ(TookNs(R"("durationMs": 8)"), 8'000'000);
  EXPECT_EQ(TookNs("timed out after 2 minutes"), 120'000'000'000);
  EXPECT_EQ(TookNs("GET /x 200 (35 µs)"), 35'000);
}

TEST(ReadLogLine, OtherNumbersAreNoDurations) {
  EXPECT_FALSE(TookNs("retrying in 5s"));
  EXPECT_FALSE(TookNs("listening on 10.0.0.1:80 with 5 sockets"));
  EXPECT_FALSE(TookNs("limit 30s"));
  EXPECT_FALSE(TookNs("in 3 files"));
}

}  // namespace
}  // namespace skep::metrics
