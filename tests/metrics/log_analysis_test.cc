#include "metrics/log_analysis.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace skep::metrics {
namespace {

constexpr std::int64_t kNow = 1'772'704'800'000;

LogReport Analyse(const std::vector<std::string>& lines) {
  return AnalyseLog(std::vector<std::string_view>(lines.begin(), lines.end()), kNow);
}

TEST(AnalyseLog, AnEmptyLogHasNothing) {
  const LogReport report = Analyse({"", "  \t"});
  EXPECT_EQ(report.lines, 0);
  EXPECT_TRUE(report.groups.empty());
  EXPECT_FALSE(report.by_time);
  EXPECT_FALSE(report.from_ms);
}

TEST(AnalyseLog, LinesOfOneKindAreOneGroup) {
  const LogReport report = Analyse({
      "2026-03-05T09:00:00Z INFO request 1",
      "2026-03-05T09:00:01Z ERROR cannot open /a/b: took 5 ms",
      "2026-03-05T09:00:02Z INFO request 2",
      "",
      "2026-03-05T09:00:03Z ERROR cannot open /c/d: took 9 ms",
      "2026-03-05T09:00:04Z WARN low on space",
      "2026-03-05T09:00:05Z ERROR cannot open /e/f: took 7 ms",
  });
  EXPECT_EQ(report.lines, 6);
  EXPECT_EQ(report.stamped, 6);
  EXPECT_EQ(report.by_severity[static_cast<std::size_t>(Severity::kError)], 3);
  ASSERT_EQ(report.groups.size(), 2U);
  const LogGroup& group = report.groups[0];
  EXPECT_EQ(group.signature, "ERROR cannot open <path>: took # ms");
  EXPECT_EQ(group.message, "ERROR cannot open /a/b: took 5 ms");
  EXPECT_EQ(group.severity, Severity::kError);
  EXPECT_EQ(group.count, 3);
  EXPECT_EQ(group.first_line, 2);
  EXPECT_EQ(group.last_line, 7);
  EXPECT_EQ(group.first_ms, kNow - 3'600'000 + 1000);
  EXPECT_EQ(group.last_ms, kNow - 3'600'000 + 5000);
  EXPECT_EQ(group.timed, 3);
  EXPECT_EQ(group.total_ns, 21'000'000);
  EXPECT_EQ(group.most_ns, 9'000'000);
  EXPECT_EQ(report.groups[1].severity, Severity::kWarning);
}

TEST(AnalyseLog, WhatPrecedesEverythingIsNotNamedAsPrecedingAnError) {
  std::vector<std::string> lines;
  for (int i = 0; i < 60; ++i) {
    lines.push_back("INFO request " + std::to_string(i));
    if (i % 10 == 3) lines.push_back("ERROR disk full");
    if (i % 10 == 5) {
      lines.push_back("INFO checkpoint begins");
      lines.push_back("ERROR lock is held");
    }
  }
  const LogReport report = Analyse(lines);
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].signature, "ERROR disk full");
  EXPECT_TRUE(report.groups[0].preceding.empty()) << report.groups[0].preceding[0].name;
  ASSERT_EQ(report.groups[1].preceding.size(), 1U);
  EXPECT_EQ(report.groups[1].preceding[0].name, "INFO checkpoint begins");
  EXPECT_EQ(report.groups[1].preceding[0].count, 6);
  EXPECT_EQ(report.groups[1].preceding[0].anything, 6);
}

TEST(AnalyseLog, ErrorsInARowDoNotPrecedeThemselves) {
  std::vector<std::string> lines(500, "step");
  lines.insert(lines.end(), 10, "error: full");
  EXPECT_TRUE(Analyse(lines).groups.at(0).preceding.empty());
}

TEST(AnalyseLog, ATracebackIsTheErrorAtItsEnd) {
  const LogReport report = Analyse({
      "2026-03-05T08:00:00Z INFO start",
      "Traceback (most recent call last):",
      "  File \"a.py\", line 3, in f",
      "    raise ValueError(x)",
      "ValueError: 7 is not allowed",
      "2026-03-05T08:00:01Z INFO end",
  });
  EXPECT_EQ(report.lines, 6);
  EXPECT_EQ(report.by_severity[static_cast<std::size_t>(Severity::kError)], 1);
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_EQ(report.groups[0].signature, "ValueError: # is not allowed");
  EXPECT_EQ(report.groups[0].message, "ValueError: 7 is not allowed");
  EXPECT_EQ(report.groups[0].first_line, 2);
}

TEST(AnalyseLog, ATracebackThatBreaksOffIsAnErrorOfItsOwn) {
  const LogReport report = Analyse({
      "Traceback (most recent call last):",
      "  File \"a.py\", line 3, in f",
      "2026-03-05T08:00:01Z ERROR other",
  });
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].signature, "Traceback (most recent call last):");
  EXPECT_EQ(report.groups[1].signature, "ERROR other");
}

TEST(AnalyseLog, ATracebackOfStampedLinesIsOneErrorToo) {
  const LogReport report = Analyse({
      "2026-03-05T08:00:00Z Traceback (most recent call last):",
      "2026-03-05T08:00:00Z   File \"a.py\", line 3, in f",
      "2026-03-05T08:00:00Z KeyError: 'x'",
      "2026-03-05T08:00:01Z INFO end",
  });
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_EQ(report.groups[0].signature, "KeyError: \"…\"");
}

TEST(AnalyseLog, SecretsAreNotShown) {
  const LogReport report = Analyse({"ERROR cannot log in, password=hunter2"});
  EXPECT_EQ(report.groups.at(0).message, "ERROR cannot log in, password=…");
}

TEST(AnalyseLog, TheTrendIsOverTimeWhereThereAreMoments) {
  std::vector<std::string> lines = {"2026-03-05T08:00:00Z INFO start"};
  // All in the first tenth of the time, and in the second half of the lines.
  for (int i = 0; i < 20; ++i) lines.push_back("2026-03-05T08:01:00Z INFO step");
  for (int i = 0; i < 10; ++i) lines.push_back("2026-03-05T08:02:00Z ERROR full");
  lines.push_back("2026-03-05T09:00:00Z INFO end");
  const LogReport report = Analyse(lines);
  EXPECT_TRUE(report.by_time);
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_EQ(report.groups[0].change.trend, Trend::kFalling);
  EXPECT_EQ(report.groups[0].change.earlier, 10);
}

TEST(AnalyseLog, TheTrendIsOverTheLinesWhereThereAreNone) {
  std::vector<std::string> lines(20, "step");
  lines.insert(lines.end(), 10, "error: full");
  const LogReport report = Analyse(lines);
  EXPECT_FALSE(report.by_time);
  EXPECT_FALSE(report.from_ms);
  EXPECT_EQ(report.groups.at(0).change.trend, Trend::kRising);
  EXPECT_FALSE(report.groups[0].first_ms);
}

TEST(AnalyseLog, ALineWithoutAMomentHasThatOfTheLineBefore) {
  const LogReport report =
      Analyse({"2026-03-05T08:00:00Z INFO start", "2026-03-05T09:00:00Z INFO end", "error: cause"});
  EXPECT_TRUE(report.by_time);
  EXPECT_EQ(report.stamped, 2);
  EXPECT_EQ(report.groups.at(0).first_ms, kNow - 3'600'000);
}

TEST(AnalyseLog, TheSlowestLinesAreShownWhateverTheirSeverity) {
  std::vector<std::string> lines;
  for (int i = 1; i <= 9; ++i) lines.push_back("INFO took " + std::to_string(i) + " ms");
  const LogReport report = Analyse(lines);
  EXPECT_TRUE(report.groups.empty());
  EXPECT_EQ(report.timed, 9);
  ASSERT_EQ(report.slowest.size(), 3U);
  EXPECT_EQ(report.slowest[0].line, 9);
  EXPECT_EQ(report.slowest[0].took_ns, 9'000'000);
  EXPECT_EQ(report.slowest[2].line, 7);
}

}  // namespace
}  // namespace skep::metrics
