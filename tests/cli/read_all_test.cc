#include "cli/read_all.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

TEST(ReadAll, ReadsToTheLastByte) {
  const std::string text(200'000, 'x');
  EXPECT_EQ(*ReadAll(MemoryFile(text + "\n").fd(), "it"), text + "\n");
  EXPECT_EQ(*ReadAll(MemoryFile().fd(), "it"), "");
}

TEST(ReadAll, GivesUpOnWhatNoMessageCouldCarry) {
  const auto endless = ReadFile("/dev/zero");
  ASSERT_FALSE(endless.has_value());
  EXPECT_EQ(endless.error().code, ErrorCode::kTooLarge);
}

TEST(ReadFile, TellsAMissingFileFromAnUnreadableOne) {
  const TempDirectory directory;
  const auto missing = ReadFile(directory / "none");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  const auto unreadable = ReadFile(directory.path());
  ASSERT_FALSE(unreadable.has_value());
  EXPECT_EQ(unreadable.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(unreadable.error().message, HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace skep::cli
