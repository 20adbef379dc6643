#include "swarm/spread.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace skep::swarm {
namespace {

TEST(SpreadOf, NothingHasNone) { EXPECT_FALSE(SpreadOf({})); }

TEST(SpreadOf, OneIsEverything) {
  const auto spread = SpreadOf({7});
  ASSERT_TRUE(spread);
  EXPECT_EQ(spread->count, 1);
  EXPECT_EQ(spread->p50, 7);
  EXPECT_EQ(spread->p95, 7);
  EXPECT_EQ(spread->most, 7);
  EXPECT_EQ(spread->total, 7);
}

TEST(SpreadOf, PercentilesAreValuesOfTheirRank) {
  std::vector<std::int64_t> values(100);
  std::iota(values.rbegin(), values.rend(), 1);
  const auto spread = SpreadOf(values);
  ASSERT_TRUE(spread);
  EXPECT_EQ(spread->p50, 50);
  EXPECT_EQ(spread->p95, 95);
  EXPECT_EQ(spread->most, 100);
  EXPECT_EQ(spread->total, 5050);
  EXPECT_EQ(SpreadOf({3, 1, 2})->p50, 2);
}

}  // namespace
}  // namespace skep::swarm
