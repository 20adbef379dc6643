#include "metrics/requests.h"

#include <gtest/gtest.h>

#include <vector>

namespace skep::metrics {
namespace {

TEST(Requests, AreMethodsAndToolsAndWhatNobodyKnows) {
  for (const char* const operation : {"method:ping", "tool:inbox", "tool:memory_usage.store", "unknown"}) {
    EXPECT_TRUE(IsRequest(operation)) << operation;
  }
  for (const char* const operation : {"watch:swarm_monitor", "store:commit", "wait:task", "loop:delay"}) {
    EXPECT_FALSE(IsRequest(operation)) << operation;
  }
}

TEST(Requests, TogetherTheyAreTheSumOfEach) {
  std::vector<Window> windows(3);
  windows[0].operation = "tool:a";
  windows[0].errors = 1;
  windows[0].values.Add(5);
  windows[1].operation = "store:run";
  windows[1].values.Add(1000);
  windows[2].operation = "method:ping";
  windows[2].bytes_in = 40;
  windows[2].values.Add(7);
  const RequestTotals totals = TotalOf(windows);
  EXPECT_EQ(totals.values.count(), 2);
  EXPECT_EQ(totals.values.most(), 7);
  EXPECT_EQ(totals.errors, 1);
  EXPECT_EQ(totals.bytes_in, 40);
}

}  // namespace
}  // namespace skep::metrics
