#include "bench/disk.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/scratch.h"

namespace skep::bench {
namespace {

TEST(SyncedPage, IsMeasuredAndLeavesNothingBehind) {
  const auto scratch = Scratch::Make();
  ASSERT_TRUE(scratch);
  const auto took = SyncedPages(scratch->path(), 0.01);
  ASSERT_TRUE(took) << took.error().message;
  EXPECT_GT(took->Count(), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(scratch->path()));
}

TEST(SyncedPage, ADirectoryThatIsNotThereIsAnError) {
  const auto took = SyncedPages("/no/such/directory", 0.01);
  ASSERT_FALSE(took);
  EXPECT_EQ(took.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace skep::bench
