#include "bench/files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/scratch.h"

namespace skep::bench {
namespace {

TEST(DiskFiles, EachMeasurementGivesAFigureAndLeavesNothingBehind) {
  const auto scratch = Scratch::Make();
  ASSERT_TRUE(scratch);
  const std::string& directory = scratch->path();
  for (const auto& rate :
       {WriteFile(directory, 0.001), ReadFile(directory, 0.001), ReadPages(directory, Order::kRandom, 0.001),
        ReadPages(directory, Order::kSequential, 0.001), WritePages(directory, Order::kRandom, 0.001),
        WritePages(directory, Order::kSequential, 0.001), SyncedPagesOf(directory, 2, 0.01)}) {
    ASSERT_TRUE(rate) << rate.error().message;
    EXPECT_GT(*rate, 0);
  }
  const auto files = SmallFiles(directory, 100, 0.001);
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_GT(files->made, 0);
  EXPECT_GT(files->looked_at, 0);
  EXPECT_GT(files->removed, 0);
  EXPECT_TRUE(std::filesystem::is_empty(directory));
}

TEST(DiskFiles, ADirectoryThatIsNotThereIsAnError) {
  EXPECT_FALSE(WriteFile("/no/such/directory", 0.001));
  EXPECT_FALSE(SmallFiles("/no/such/directory", 1, 0.001));
  EXPECT_FALSE(SyncedPagesOf("/no/such/directory", 2, 0.001));
}

}  // namespace
}  // namespace skep::bench
