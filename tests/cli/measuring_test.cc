#include "cli/measuring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "base/fd.h"
#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

const bench::Options kOptions{.program = "/proc/self/exe", .directory = "/", .seed = 4};

TEST(Measuring, ReportsWhatWasFoundAndWhereItRan) {
  const MemoryFile err;
  const auto report = MeasureAndReport(kOptions, "quick", 1, false,
                                       [](bench::Run& run, double seconds) {
                                         EXPECT_EQ(seconds, 1);
                                         run.At("a step");
                                         run.Add(bench::Single("suite", {.name = "a", .unit = "s"}, 5));
                                       },
                                       {.in = -1, .out = -1, .err = err.fd()});
  EXPECT_EQ(report.what, "quick");
  EXPECT_EQ(report.seed, 4U);
  EXPECT_FALSE(report.interrupted);
  EXPECT_FALSE(report.around.version.empty());
  ASSERT_EQ(report.rows.size(), 1U);
  EXPECT_THAT(err.Content(), HasSubstr("% a step\n"));
}

TEST(Measuring, ASignalEndsItWithWhatWasFoundSoFar) {
  const MemoryFile err;
  const auto report = MeasureAndReport(kOptions, "quick", 1, false,
                                       [](bench::Run& run, double) {
                                         EXPECT_FALSE(run.stopped());
                                         raise(SIGINT);
                                         EXPECT_TRUE(run.stopped());
                                       },
                                       {.in = -1, .out = -1, .err = err.fd()});
  EXPECT_TRUE(report.interrupted);
}

TEST(Measuring, OneThatIsAttachedEndsWithItsInput) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Fd from(ends[0]);
  Fd to(ends[1]);
  const MemoryFile err;
  const auto report = MeasureAndReport(kOptions, "quick", 1, true,
                                       [&](bench::Run& run, double) {
                                         EXPECT_FALSE(run.stopped());
                                         to.Close();
                                         EXPECT_TRUE(run.stopped());
                                       },
                                       {.in = *from, .out = -1, .err = err.fd()});
  EXPECT_TRUE(report.interrupted);
}

}  // namespace
}  // namespace skep::cli
