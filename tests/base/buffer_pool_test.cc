#include "base/buffer_pool.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace skep {
namespace {

constexpr std::size_t kStandard = 16 * limits::kKiB;

void TakeAndGive(BufferPool& pool, std::size_t used) {
  Block block = pool.Take();
  block.Room(used);
  block.Wrote(used);
  pool.Give(std::move(block));
}

TEST(BufferPool, LendsWhatItWasGivenBack) {
  BufferPool pool(kStandard);
  Block block = pool.Take();
  EXPECT_GE(block.capacity(), kStandard);
  const char* data = block.data();
  block.Append("left over");
  pool.Give(std::move(block));
  block = pool.Take();
  EXPECT_EQ(block.data(), data);
  EXPECT_TRUE(block.empty());
}

TEST(BufferPool, LendsTheWarmestFirst) {
  BufferPool pool(kStandard);
  Block first = pool.Take();
  Block second = pool.Take();
  const char* warm = second.data();
  pool.Give(std::move(first));
  pool.Give(std::move(second));
  EXPECT_EQ(pool.Take().data(), warm);
}

TEST(BufferPool, CountsWhatItDid) {
  BufferPool pool(kStandard);
  Block a = pool.Take();
  Block b = pool.Take();
  pool.Give(std::move(a));
  Block c = pool.Take();
  const BufferPool::Stats busy = pool.stats();
  EXPECT_EQ(busy.misses, 2u);
  EXPECT_EQ(busy.hits, 1u);
  EXPECT_EQ(busy.outstanding, 2u);
  EXPECT_EQ(busy.high_water, 2u);
  EXPECT_EQ(busy.kept, 0u);
  EXPECT_EQ(busy.returned, 1u);
  pool.Give(std::move(b));
  pool.Give(std::move(c));
  EXPECT_EQ(pool.stats().outstanding, 0u);
  EXPECT_EQ(pool.stats().high_water, 2u);
  EXPECT_EQ(pool.stats().kept, 2u);
}

TEST(BufferPool, KeepsNoMoreThanItMay) {
  BufferPool pool(kStandard, 3);
  std::vector<Block> lent;
  lent.reserve(5);
  for (int i = 0; i < 5; ++i) lent.push_back(pool.Take());
  for (Block& block : lent) pool.Give(std::move(block));
  EXPECT_EQ(pool.stats().kept, 3u);
  EXPECT_EQ(pool.stats().returned_oversize, 0u);
}

TEST(BufferPool, LetsGoOfABlockThatGrewFar) {
  BufferPool pool(kStandard);
  TakeAndGive(pool, BufferPool::kOversize * kStandard);
  EXPECT_EQ(pool.stats().kept, 1u);
  TakeAndGive(pool, BufferPool::kOversize * kStandard + 1);
  EXPECT_EQ(pool.stats().kept, 0u);
  EXPECT_EQ(pool.stats().returned_oversize, 1u);
}

TEST(BufferPool, ABlockHandedOnIsNoLongerOutstanding) {
  BufferPool pool(kStandard);
  const Block handed_on = pool.Take();
  pool.Give(Block());
  EXPECT_EQ(pool.stats().outstanding, 0u);
  EXPECT_EQ(pool.stats().kept, 0u);
  EXPECT_FALSE(pool.stats().recommendation.has_value()) << "nothing is known of its size";
}

TEST(BufferPool, WithoutDataRecommendsNothing) {
  BufferPool pool(kStandard);
  EXPECT_FALSE(pool.stats().recommendation.has_value());
  const Block lent = pool.Take();
  EXPECT_FALSE(pool.stats().recommendation.has_value());
}

TEST(BufferPool, RecommendsAsManyAsWereLentAtOnce) {
  BufferPool pool(kStandard, 2);
  std::vector<Block> lent;
  lent.reserve(7);
  for (int i = 0; i < 7; ++i) lent.push_back(pool.Take());
  for (Block& block : lent) pool.Give(std::move(block));
  EXPECT_EQ(pool.stats().recommendation->keep_blocks, 7u);
}

TEST(BufferPool, RecommendsTheSizeThat99OutOf100FitIn) {
  BufferPool pool(kStandard);
  for (int i = 0; i < 99; ++i) TakeAndGive(pool, 100);
  TakeAndGive(pool, 12 * limits::kKiB);
  EXPECT_EQ(pool.stats().recommendation->block_bytes, 4 * limits::kKiB);
  EXPECT_EQ(pool.stats().recommendation->samples, 100u);
  TakeAndGive(pool, 12 * limits::kKiB);
  EXPECT_EQ(pool.stats().recommendation->block_bytes, 16 * limits::kKiB) << "2 of 101 are too many to leave out";
}

TEST(BufferPool, RecommendsExactPowersOfTwoForTheirOwnSize) {
  for (const std::size_t used : {4 * limits::kKiB, 8 * limits::kKiB, 16 * limits::kKiB, 10 * limits::kMiB}) {
    BufferPool pool(kStandard);
    TakeAndGive(pool, used);
    const std::size_t recommended = pool.stats().recommendation->block_bytes;
    EXPECT_GE(recommended, used);
    EXPECT_LT(recommended, 2 * used);
  }
}

TEST(BufferPool, ABlockThatGrewCountsAsWhatItGrewTo) {
  BufferPool pool(kStandard);
  Block block = pool.Take();
  block.Room(60 * limits::kKiB);
  block.Clear();
  pool.Give(std::move(block));
  EXPECT_EQ(pool.stats().recommendation->block_bytes, 64 * limits::kKiB);
}

TEST(BufferPool, IsSharedBetweenThreads) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 20'000;
  BufferPool pool(kStandard, 3);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&pool, t] {
      for (int i = 0; i < kRounds; ++i) {
        Block block = pool.Take();
        block.Append(std::string(8, static_cast<char>('a' + t)));
        EXPECT_EQ(block.size(), 8u);
        pool.Give(std::move(block));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const BufferPool::Stats stats = pool.stats();
  EXPECT_EQ(stats.hits + stats.misses, std::uint64_t{kThreads} * kRounds);
  EXPECT_EQ(stats.returned, std::uint64_t{kThreads} * kRounds);
  EXPECT_EQ(stats.outstanding, 0u);
  EXPECT_LE(stats.high_water, std::size_t{kThreads});
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SKEP_POISONS
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(SKEP_POISONS)
TEST(BufferPoolDeathTest, AViewIntoABlockGivenBackIsReported) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  BufferPool pool(kStandard);
  Block block = pool.Take();
  block.Append("text");
  const volatile char* view = block.data();
  pool.Give(std::move(block));
  EXPECT_DEATH((void)*view, "use-after-poison");
}
#endif

}  // namespace
}  // namespace skep
