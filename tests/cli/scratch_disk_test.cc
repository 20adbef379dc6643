#include "cli/scratch_disk.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

TEST(ScratchDisk, IsTheUsersDataDirectory) {
  const User user;
  const MemoryFile err;
  const auto directory = ScratchDisk(user.environment(), {.in = -1, .out = -1, .err = err.fd()});
  ASSERT_TRUE(directory);
  EXPECT_EQ(*directory, user.home() + "/data");
  EXPECT_TRUE(std::filesystem::is_directory(*directory));
}

TEST(ScratchDisk, IsAnotherWhereTheUserHasNone) {
  const MemoryFile err;
  const Environment nothing = [](const char*) -> const char* { return nullptr; };
  const auto directory = ScratchDisk(nothing, {.in = -1, .out = -1, .err = err.fd()});
  ASSERT_TRUE(directory);
  EXPECT_EQ(*directory, "/var/tmp");
}

TEST(ScratchDisk, OwnProgramCanBeStarted) {
  const auto program = OwnProgram();
  ASSERT_TRUE(program);
  EXPECT_TRUE(std::filesystem::equivalent(*program, "/proc/self/exe"));
}

}  // namespace
}  // namespace skep::cli
