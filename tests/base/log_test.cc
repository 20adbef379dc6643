#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "base/line_output.h"
#include "support/pipe.h"
#include "support/stderr_to.h"
#include "support/temp_directory.h"

namespace skep {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

/// Counts how often it was turned into text.
struct Costly {
  int* formatted;
};

}  // namespace
}  // namespace skep

template <>
struct fmt::formatter<skep::Costly> : fmt::formatter<int> {
  template <class Context>
  auto format(const skep::Costly& costly, Context& context) const {
    return fmt::formatter<int>::format(++*costly.formatted, context);
  }
};

namespace skep {
namespace {

/// A log of its own, at trace, into a pipe.
class LogTest : public testing::Test {
 protected:
  LogTest() { EXPECT_TRUE(InitLog({.level = LogLevel::kTrace, .file = {}}).has_value()); }
  ~LogTest() override { EXPECT_TRUE(InitLog({}).has_value()); }

  Pipe pipe_;
  StderrTo redirected_{pipe_.writer()};
};

TEST_F(LogTest, ALineSaysWhenWhoHowBadAndWhat) {
  Log(LogLevel::kWarn, "{} of {}", 3, "four");
  EXPECT_THAT(pipe_.Drain(), MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z skep\\[" +
                                          std::to_string(getpid()) + "\\] warning: 3 of four\n"));
}

TEST_F(LogTest, WhatIsBelowTheLevelIsNotEvenFormatted) {
  EXPECT_TRUE(InitLog({.level = LogLevel::kError, .file = {}}).has_value());
  int formatted = 0;
  Log(LogLevel::kWarn, "{}", Costly{&formatted});
  EXPECT_EQ(formatted, 0);
  EXPECT_EQ(pipe_.Drain(), "");
  Log(LogLevel::kError, "{}", Costly{&formatted});
  EXPECT_EQ(formatted, 1);
  EXPECT_THAT(pipe_.Drain(), EndsWith("error: 1\n"));
}

TEST_F(LogTest, OffIsSilent) {
  EXPECT_TRUE(InitLog({.level = LogLevel::kOff, .file = {}}).has_value());
  Log(LogLevel::kError, "unheard");
  EXPECT_EQ(pipe_.Drain(), "");
}

TEST_F(LogTest, EveryLevelHasItsName) {
  for (const LogLevel level :
       {LogLevel::kTrace, LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError}) {
    Log(level, "event");
  }
  const std::string lines = pipe_.Drain();
  for (const char* name : {"trace: ", "debug: ", "info: ", "warning: ", "error: "}) {
    EXPECT_THAT(lines, HasSubstr(name));
  }
}

TEST_F(LogTest, AnEventIsOneLineWhateverItQuotes) {
  Log(LogLevel::kInfo, "key {}", "a\n2026-01-01T00:00:00.000Z skep[1] error: forged\x1b[2J\xff");
  const std::string line = pipe_.Drain();
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_THAT(line, EndsWith("key a\\n2026-01-01T00:00:00.000Z skep[1] error: forged\\x1b[2J\\xff\n"));
}

TEST_F(LogTest, ALongEventIsCut) {
  Log(LogLevel::kInfo, "{}", std::string(1'000'000, 'x'));
  const std::string line = pipe_.Drain();
  EXPECT_LE(line.size(), LineOutput::kMaxLine);
  EXPECT_THAT(line, EndsWith("more bytes)\n"));
}

TEST_F(LogTest, WhatNobodyReadsIsDroppedCountedAndReported) {
  const std::uint64_t before = LogLinesDropped();
  pipe_.Fill();
  for (int i = 0; i < 3; ++i) Log(LogLevel::kInfo, "lost");
  EXPECT_EQ(LogLinesDropped() - before, 3u);
  pipe_.Drain();
  Log(LogLevel::kInfo, "found");
  const std::string lines = pipe_.Drain();
  EXPECT_THAT(lines, HasSubstr("warning: log lines dropped before this one: 3\n"));
  EXPECT_THAT(lines, EndsWith("info: found\n"));
  Log(LogLevel::kInfo, "more");
  EXPECT_THAT(pipe_.Drain(), testing::Not(HasSubstr("dropped")));
}

TEST_F(LogTest, AReaderThatGoesDoesNotTakeTheProgramWithIt) {
  Log(LogLevel::kInfo, "heard");
  pipe_.CloseReader();
  const std::uint64_t before = LogLinesDropped();
  Log(LogLevel::kInfo, "unheard");
  EXPECT_EQ(LogLinesDropped() - before, 1u);
}

TEST_F(LogTest, GoesToAFileInstead) {
  const TempDirectory directory;
  ASSERT_TRUE(InitLog({.level = LogLevel::kInfo, .file = directory / "skep.log"}).has_value());
  Log(LogLevel::kInfo, "written down");
  std::ifstream file(directory / "skep.log");
  std::string line;
  std::getline(file, line);
  EXPECT_THAT(line, EndsWith("info: written down"));
  EXPECT_EQ(pipe_.Drain(), "");
}

TEST_F(LogTest, AFileThatCannotBeWrittenChangesNothing) {
  const Expected<void> bad = InitLog({.level = LogLevel::kOff, .file = "/nonexistent/skep.log"});
  ASSERT_FALSE(bad.has_value());
  EXPECT_THAT(bad.error().message, HasSubstr("/nonexistent/skep.log"));
  Log(LogLevel::kInfo, "as before");
  EXPECT_THAT(pipe_.Drain(), EndsWith("as before\n"));
}

TEST_F(LogTest, LinesOfSeveralThreadsStayWhole) {
  constexpr int kThreads = 4;
  constexpr int kLines = 100;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < kLines; ++i) Log(LogLevel::kInfo, "thread {} line {}", t, i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::istringstream lines(pipe_.Drain());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_THAT(line, MatchesRegex(".* info: thread [0-9] line [0-9]+"));
  }
  EXPECT_EQ(count, kThreads * kLines);
}

TEST(LogLevel, FlagThenEnvironmentThenFallback) {
  EXPECT_EQ(ChooseLogLevel("debug", "error", LogLevel::kWarn), LogLevel::kDebug);
  EXPECT_EQ(ChooseLogLevel("", "error", LogLevel::kWarn), LogLevel::kError);
  EXPECT_EQ(ChooseLogLevel("", "", LogLevel::kWarn), LogLevel::kWarn);
  EXPECT_EQ(ChooseLogLevel("", nullptr, LogLevel::kInfo), LogLevel::kInfo);
  EXPECT_EQ(ChooseLogLevel("off", nullptr, LogLevel::kInfo), LogLevel::kOff);
}

TEST(LogLevel, AWrongOneIsAnErrorThatSaysWhereAndWhatWouldBeRight) {
  EXPECT_EQ(ChooseLogLevel("wran", nullptr, LogLevel::kWarn).error().message,
            "--log-level must be one of trace, debug, info, warn, error, off, got \"wran\" (did you mean \"warn\"?)");
  EXPECT_THAT(ChooseLogLevel("", "loud", LogLevel::kWarn).error().message, HasSubstr("SKEP_LOG must be one of"));
}

}  // namespace
}  // namespace skep
