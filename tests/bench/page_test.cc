#include "bench/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/make_row.h"

namespace skep::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(BenchmarkPage, HasASectionForEachSuiteAndNothingFromElsewhere) {
  Report report{.what = "<quick>"};
  report.around.directory = "/home/a&b";
  report.rows = {MakeRow("store", 100), NoData("other", {.name = "lost", .unit = "µs"}, "no server")};
  const std::string page = WritePage(report);
  EXPECT_THAT(page, HasSubstr("<h2>suite</h2>"));
  EXPECT_THAT(page, HasSubstr("<h2>other</h2>"));
  EXPECT_THAT(page, HasSubstr("no data: no server"));
  EXPECT_THAT(page, HasSubstr("a&amp;b"));
  EXPECT_THAT(page, HasSubstr("&lt;quick&gt;"));
  for (const char* outside : {"<script", "http://", "https://", "<link"}) EXPECT_THAT(page, Not(HasSubstr(outside)));
}

TEST(BenchmarkPage, CallsOtherWorkAndAFloorByDifferentNames) {
  Report report{.others_cores = 0.25, .rows = {MakeRow("store", 100)}};
  report.around.machine = {.cores = 1, .online_cores = 4};
  const std::string page = WritePage(report);
  EXPECT_THAT(page, HasSubstr("<dt>Other work</dt><dd>other work took 0.25 of 4 cores"));
  EXPECT_THAT(page, Not(HasSubstr("<dt>Beside</dt>")));
}

TEST(BenchmarkPage, SaysThatItWasInterrupted) {
  EXPECT_THAT(WritePage({.interrupted = true}), HasSubstr("interrupted: what was measured by then"));
}

}  // namespace
}  // namespace skep::bench
