#include "rpc/thread_number.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <latch>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace skep::rpc {
namespace {

TEST(ThreadNumber, IsTheThreadsOwn) {
  constexpr std::size_t kThreads = 16;
  std::set<std::uint32_t> numbers;
  std::mutex mutex;
  std::latch all(kThreads);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        const std::uint32_t number = ThreadNumber();
        all.arrive_and_wait();
        EXPECT_EQ(ThreadNumber(), number);
        const std::lock_guard lock(mutex);
        numbers.insert(number);
      });
    }
  }
  EXPECT_EQ(numbers.size(), kThreads);
}

TEST(ThreadNumber, IsGivenToTheNextThread) {
  const auto ask = [] {
    std::uint32_t number = 0;
    std::thread([&] { number = ThreadNumber(); }).join();
    return number;
  };
  EXPECT_EQ(ask(), ask());
}

TEST(ThreadNumber, AThreadThatEndsHasNone) {
  static std::uint32_t at_the_end = 0;
  struct AsksAtTheEnd {
    ~AsksAtTheEnd() { at_the_end = ThreadNumber(); }
  };
  std::thread([] {
    // Made before the number, so it goes after it.
    thread_local const AsksAtTheEnd late;
    static_cast<void>(late);
    EXPECT_LT(ThreadNumber(), kEndingThread);
  }).join();
  EXPECT_EQ(at_the_end, kEndingThread);
}

}  // namespace
}  // namespace skep::rpc
