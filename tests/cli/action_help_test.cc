#include "cli/action_help.h"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bench/suites.h"
#include "cli/command_table.h"
#include "handlers/list.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

TEST(ActionHelp, SaysWhatEachExitStatusMeansAndGivesAnExample) {
  for (const std::string& help : {BenchmarkHelp(), BenchmarkRunHelp(), BenchmarkCompareHelp(), PerfQuickHelp(),
                                  TestHelp(), ProfileMemoryHelp()}) {
    EXPECT_THAT(help, HasSubstr("Exit status: 0"));
    EXPECT_THAT(help, HasSubstr("2 for a wrong"));
    EXPECT_THAT(help, testing::ContainsRegex("Examples?:\n  skep "));
  }
}

TEST(ActionHelp, NamesEverySuite) {
  for (const bench::Suite& suite : bench::Suites()) EXPECT_THAT(BenchmarkRunHelp(), HasSubstr(suite.summary));
}

std::vector<std::string> SuiteNames() {
  std::vector<std::string> names;
  for (const bench::Suite& suite : bench::Suites()) names.emplace_back(suite.name);
  return names;
}

// The lists that are written by hand, where the names cannot be taken from the suites.

TEST(ActionHelp, TheOptionNamesTheSuitesThatThereAre) {
  std::string doc(OptionNamed("suite").doc);
  const std::string marked = " (default)";
  doc.erase(doc.find(marked), marked.size());
  const std::vector<std::string> names = SuiteNames();
  const std::vector<std::string> all_but_last(names.begin(), names.end() - 1);
  EXPECT_EQ(doc, fmt::format("{} or {}", fmt::join(all_but_last, ", "), names.back()));
}

TEST(ActionHelp, TheToolTakesTheSuitesThatThereAre) {
  const auto tools = handlers::AllTools();
  const auto tool = std::ranges::find(tools, "benchmark_run", [](const Tool* one) { return one->info.name; });
  ASSERT_NE(tool, tools.end());
  const auto suite = std::ranges::find((*tool)->input, "suite", &Field::name);
  ASSERT_NE(suite, (*tool)->input.end());
  const auto names = suite->type->names;
  EXPECT_EQ(std::vector<std::string>(names.begin(), names.end()), SuiteNames());
}

TEST(ActionHelp, SaysWhatTestsMustMeet) {
  const std::string help = TestHelp();
  EXPECT_THAT(help, HasSubstr("load 10, network 10, custom 10, stress 20, memory 30,\ndatabase 1.\n"));
  EXPECT_THAT(help, HasSubstr("load must have p95<=5ms, errors<=0%, rate>=17500/s"));
  EXPECT_THAT(help, HasSubstr("stress must find that 10,000/s hold with p95<=5ms"));
}

TEST(ActionHelp, SaysWhatAnIntervalTakes) {
  EXPECT_THAT(BenchmarkRunHelp(), HasSubstr("the median of 7 repetitions with its 95 % interval, where the time is "
                                            "enough for 5."));
}

}  // namespace
}  // namespace skep::cli
