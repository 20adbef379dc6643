#include "fuzz/vitals.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace skep::fuzz {
namespace {

/// Samples of a server of which one figure grows by so much from each to the next.
Vitals Grown(std::int64_t memory, std::int64_t files, std::int64_t threads) {
  Vitals vitals;
  for (int i = 0; i < 20; ++i) {
    const std::int64_t times = i;
    vitals.Saw(static_cast<std::uint64_t>(i) * 100,
               {.anonymous_bytes = times * memory, .open_files = 5 + times * files, .threads = 2 + times * threads});
  }
  return vitals;
}

TEST(Vitals, WhoStaysAsItIsDoesNotGrow) {
  EXPECT_EQ(Grown(0, 0, 0).Growth(), std::nullopt);
  EXPECT_EQ(Grown(100'000, 0, 0).Growth(), std::nullopt);
}

TEST(Vitals, MemoryDescriptorsAndThreadsMayNotGrow) {
  EXPECT_TRUE(Grown(8 << 20, 0, 0)
                  .Growth()
                  .value_or("")
                  .starts_with("its memory has grown by 41943040 bytes over 500 messages"));
  EXPECT_EQ(Grown(8 << 20, 0, 0).most_memory(), 19LL * (8 << 20));
  EXPECT_TRUE(Grown(0, 4, 0).Growth().value_or("").starts_with("its open descriptors have grown by 20"));
  EXPECT_TRUE(Grown(0, 0, 4).Growth().value_or("").starts_with("its threads have grown by 20"));
}

TEST(Vitals, WarmingUpIsNoGrowth) {
  Vitals vitals;
  for (int i = 0; i < 20; ++i)
    vitals.Saw(static_cast<std::uint64_t>(i), {.anonymous_bytes = std::min(i, 9) * (100LL << 20)});
  EXPECT_EQ(vitals.Growth(), std::nullopt);
}

TEST(Vitals, WhatRunsForAWhileOnlyIsNoGrowth) {
  Vitals vitals;
  for (int i = 0; i < 20; ++i) {
    // A program that it has started, seen at the last look and in the middle.
    const int more = i == 10 || i >= 18 ? 1 : 0;
    vitals.Saw(static_cast<std::uint64_t>(i),
               {.anonymous_bytes = more * (100LL << 20), .open_files = 5 + more * 50, .threads = 2 + more * 50});
  }
  EXPECT_EQ(vitals.Growth(), std::nullopt);
}

TEST(Vitals, TooLittleSeenSaysNothing) {
  Vitals vitals;
  vitals.Saw(0, {.anonymous_bytes = 0});
  vitals.Saw(1, {.anonymous_bytes = 1LL << 40});
  EXPECT_EQ(vitals.Growth(), std::nullopt);
}

}  // namespace
}  // namespace skep::fuzz
