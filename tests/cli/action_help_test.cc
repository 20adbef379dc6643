#include "cli/action_help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/suites.h"

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

}  // namespace
}  // namespace skep::cli
