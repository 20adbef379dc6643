#include "skep/block.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace skep {
namespace {

TEST(Block, HoldsWhatWasAppendedAcrossGrowth) {
  Block block;
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string piece = std::to_string(i);
    block.Append(piece);
    expected += piece;
  }
  EXPECT_EQ(block.view(), expected);
}

TEST(Block, GrowsAtLeastByDoublingSoThatAppendingIsLinear) {
  Block block;
  int growths = 0;
  for (int i = 0; i < (1 << 20); ++i) {
    const std::size_t before = block.capacity();
    block.Append("x");
    if (block.capacity() != before) {
      ++growths;
      EXPECT_GE(block.capacity(), 2 * before);
    }
  }
  EXPECT_LE(growths, 14);
}

TEST(Block, PaddingBehindTheCapacityMayBeTouched) {
  for (const std::size_t capacity : {1u, 63u, 64u, 4096u, 65536u}) {
    Block block(capacity);
    block.Resize(capacity);
    std::memset(block.data(), 'x', capacity + Block::kPadding);
    block.Append("y");
    std::memset(block.data() + block.capacity(), 'z', Block::kPadding);
    EXPECT_EQ(block.view().front(), 'x');
    EXPECT_EQ(block.view().back(), 'y');
  }
}

TEST(Block, RoomAsksOnceForWhatWroteThenCounts) {
  Block block(10);
  char* at = block.Room(10);
  EXPECT_EQ(block.capacity(), 10u);
  std::memcpy(at, "0123456789", 10);
  block.Wrote(4);
  EXPECT_EQ(block.view(), "0123");
}

TEST(Block, ReserveKeepsTheContentsAndNeverShrinks) {
  Block block;
  block.Append("kept");
  block.Reserve(1000);
  EXPECT_EQ(block.capacity(), 1000u);
  block.Reserve(10);
  EXPECT_EQ(block.capacity(), 1000u);
  EXPECT_EQ(block.view(), "kept");
}

TEST(Block, AnEmptyOneOwnsNothing) {
  Block block;
  block.Append({});
  block.Reserve(0);
  EXPECT_EQ(block.data(), nullptr);
  EXPECT_TRUE(block.empty());
  EXPECT_EQ(block.view(), "");
}

TEST(Block, MovingLeavesTheSourceEmptyAndUsable) {
  Block from;
  from.Append("cargo");
  Block to(std::move(from));
  EXPECT_EQ(to.view(), "cargo");
  from.Append("new");  // NOLINT(bugprone-use-after-move): that it may be used again is what is tested.
  EXPECT_EQ(from.view(), "new");
  to = std::move(from);
  EXPECT_EQ(to.view(), "new");
}

TEST(BlockDeathTest, MoreThanTheMachineHasEndsTheProgramWithAClearLine) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Block block;
  block.Append("x");
  EXPECT_DEATH(block.Room(SIZE_MAX), "skep: out of memory");
  EXPECT_DEATH(block.Reserve(SIZE_MAX), "skep: out of memory");
}

}  // namespace
}  // namespace skep
