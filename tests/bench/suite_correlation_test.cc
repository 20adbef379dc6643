#include <gtest/gtest.h>

#include "bench/suites.h"

namespace skep::bench {
namespace {

TEST(SuiteCorrelation, MeasuresBothTablesAtEachSizeAndNumberOfThreads) {
  bench::Run run({}, 0.1);
  Correlation(run, 0.1);
  ASSERT_EQ(run.rows().size(), 2U * 2 * 3 * 6);
  for (const Row& row : run.rows()) {
    EXPECT_TRUE(row.median) << row.figure.subject << row.figure.note;
    EXPECT_TRUE(row.ratio) << row.figure.subject;
  }
  EXPECT_EQ(run.rows().front().figure.subject, "own requests, 10,000 pending, 1 thread");
}

}  // namespace
}  // namespace skep::bench
