#include "bench/suites.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skep::bench {
namespace {

using testing::HasSubstr;

TEST(SuiteNames, AreFoundAndOthersAreToldTheNearest) {
  for (const Suite& suite : Suites()) {
    const auto found = FindSuite(suite.name);
    ASSERT_TRUE(found) << suite.name;
    EXPECT_GT((*found)->seconds, 0);
  }
  const auto wrong = FindSuite("qiuck");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("there is no suite \"qiuck\"; did you mean \"quick\"?"));
  EXPECT_THAT(wrong.error().message, HasSubstr("the suites are quick, transport, correlation"));
}

TEST(SuiteRuns, WithoutAProgramSayWhyThereAreNoData) {
  bench::Run run({.program = "/no/such/skep", .directory = "/tmp"}, 0.01);
  Quick(run, 0.01);
  ASSERT_FALSE(run.rows().empty());
  for (const Row& row : run.rows()) {
    EXPECT_FALSE(row.median);
    EXPECT_THAT(row.figure.note, HasSubstr("cannot start /no/such/skep"));
  }
}

TEST(SuiteRuns, OnceStoppedMeasureNothing) {
  bench::Run run({.program = "/no/such/skep", .directory = "/tmp"}, 1, {}, [] { return true; });
  Comprehensive(run, 1);
  EXPECT_TRUE(run.rows().empty());
}

}  // namespace
}  // namespace skep::bench
