#include "bench/pending.h"

#include <gtest/gtest.h>

namespace skep::bench {
namespace {

class Pending : public testing::TestWithParam<PendingTable> {};

TEST_P(Pending, EveryRequestIsFoundByItsThread) {
  const Ticks ticks;
  for (const int threads : {1, 2}) {
    const PendingCost cost = MeasurePending(GetParam(), threads, 1000, 0.001, ticks);
    EXPECT_EQ(cost.missed, 0U);
    EXPECT_GT(cost.entering.Count(), 0U);
    EXPECT_EQ(cost.entering.Count(), cost.ending.Count());
    EXPECT_GT(cost.millions_per_s, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Pending,
                         testing::Values(PendingTable::kOwn, PendingTable::kClient, PendingTable::kMutex));

}  // namespace
}  // namespace skep::bench
