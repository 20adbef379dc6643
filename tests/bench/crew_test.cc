#include "bench/crew.h"

#include <gtest/gtest.h>

namespace skep::bench {
namespace {

TEST(BenchmarkCrew, HasALeadWhereTheTopologyKnowsOne) {
  const auto mesh = CrewOf("mesh", 3);
  ASSERT_EQ(mesh.size(), 3U);
  EXPECT_EQ(mesh[0].type, "coder");
  EXPECT_EQ(mesh[2].parent, "");
  const auto tree = CrewOf("hierarchical", 3);
  EXPECT_EQ(tree[0].type, "coordinator");
  EXPECT_EQ(tree[1].parent, "coordinator");
}

}  // namespace
}  // namespace skep::bench
