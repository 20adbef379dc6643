#include "rpc/free_slots.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <latch>
#include <memory>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

namespace skep::rpc {
namespace {

std::size_t AllUsed(const FreeSlots& slots) {
  const auto used = slots.Used();
  return std::accumulate(used.begin(), used.end(), std::size_t{0});
}

TEST(FreeSlots, TheSlotGivenLastIsTakenFirst) {
  const auto slots = std::make_unique<FreeSlots>();
  const std::uint32_t one = slots->Take();
  const std::uint32_t two = slots->Take();
  EXPECT_EQ(two, one + 1);
  slots->Give(two);
  slots->Give(one);
  EXPECT_EQ(slots->Take(), one);
  EXPECT_EQ(slots->Take(), two);
  EXPECT_EQ(AllUsed(*slots), 2U);
}

TEST(FreeSlots, EverySlotIsTakenOnce) {
  const auto slots = std::make_unique<FreeSlots>();
  std::vector<bool> taken(limits::kMaxOwnRequests);
  for (std::size_t i = 0; i < taken.size(); ++i) {
    const std::uint32_t slot = slots->Take();
    ASSERT_LT(slot, taken.size());
    ASSERT_FALSE(taken[slot]);
    taken[slot] = true;
  }
  EXPECT_EQ(slots->Take(), FreeSlots::kNone);
  for (std::uint32_t slot = 0; slot < taken.size(); ++slot) slots->Give(slot);
  EXPECT_EQ(AllUsed(*slots), 0U);
  EXPECT_NE(slots->Take(), FreeSlots::kNone);
}

TEST(FreeSlots, NothingIsLostWhenThreadsEnd) {
  const auto slots = std::make_unique<FreeSlots>();
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 500; ++i) {
    std::thread([&] {
      const std::uint32_t slot = slots->Take();
      seen.insert(slot);
      slots->Give(slot);
    }).join();
  }
  // Each had the number of the one before, and so its magazine.
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_EQ(AllUsed(*slots), 0U);
}

TEST(FreeSlots, MoreThreadsThanMagazinesShareTheSlots) {
  constexpr std::size_t kThreads = limits::kMagazines + 16;
  constexpr std::size_t kEach = 200;
  const auto slots = std::make_unique<FreeSlots>();
  std::vector<std::uint32_t> taken(kThreads * kEach);
  std::latch all(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        // All have numbers before any ends.
        slots->Give(slots->Take());
        all.arrive_and_wait();
        for (std::size_t i = 0; i < kEach; ++i) {
          slots->Give(slots->Take());
          taken[thread * kEach + i] = slots->Take();
        }
      });
    }
  }
  EXPECT_EQ(std::set<std::uint32_t>(taken.begin(), taken.end()).size(), taken.size());
  EXPECT_EQ(std::ranges::count(taken, FreeSlots::kNone), 0);
  EXPECT_EQ(AllUsed(*slots), taken.size());
}

}  // namespace
}  // namespace skep::rpc
