#include "fuzz/random.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace skep::fuzz {
namespace {

TEST(Random, SaysTheSameFromTheSameSeed) {
  Random a(7);
  Random b(7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.Next(), b.Next());
}

TEST(Random, IsTheSameOnEveryMachine) {
  // Computed apart from this code, from the authors' definitions of SplitMix64 and xoshiro256**.
  Random random(0);
  EXPECT_EQ(random.Next(), 0xfb5405f7bd79c540U);
}

TEST(Random, SeedsAndStreamsAreApart) {
  EXPECT_NE(Random(1).Next(), Random(2).Next());
  EXPECT_NE(Random(1, 0).Next(), Random(1, 1).Next());
}

TEST(Random, BelowGivesEveryNumberBelowTheBound) {
  Random random(3);
  std::set<std::size_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Below(5));
  EXPECT_EQ(seen, (std::set<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(Random, PicksFromAnyRange) {
  Random random(3);
  constexpr std::array<int, 3> kValues = {1, 2, 3};
  for (int i = 0; i < 20; ++i) {
    const int value = random.Pick(kValues);
    EXPECT_TRUE(value >= 1 && value <= 3);
  }
}

}  // namespace
}  // namespace skep::fuzz
