#include "cli/replace_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/temp_directory.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

std::string Content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t Files(const std::string& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST(ReplaceFile, MakesItOrReplacesIt) {
  const TempDirectory directory;
  const std::string path = directory / "page.html";
  ASSERT_TRUE(ReplaceFile(path, "one"));
  ASSERT_TRUE(ReplaceFile(path, "two"));
  EXPECT_EQ(Content(path), "two");
  EXPECT_EQ(Files(directory / ""), 1U) << "nothing else is left";
}

TEST(ReplaceFile, KeepsTheModeAndTheLink) {
  const TempDirectory directory;
  const std::string path = directory / "page.html";
  const std::string link = directory / "link.html";
  ASSERT_TRUE(ReplaceFile(path, "one"));
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  std::filesystem::create_symlink(path, link);
  ASSERT_TRUE(ReplaceFile(link, "two"));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(Content(path), "two");
  struct stat there{};
  ASSERT_EQ(stat(path.c_str(), &there), 0);
  EXPECT_EQ(there.st_mode & 0777, 0600U);
}

TEST(ReplaceFile, SaysWhatToDoWhenItCannot) {
  const TempDirectory directory;
  const auto nowhere = ReplaceFile(directory / "none/page.html", "x");
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().message, HasSubstr("make its directory first"));
  const auto device = ReplaceFile("/dev/null", "x");
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().message, "/dev/null is no file: name one");
  EXPECT_FALSE(ReplaceFile(directory / "", "x"));
}

}  // namespace
}  // namespace skep::cli
