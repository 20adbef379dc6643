#include "cli/socket_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "support/temp_directory.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

const Paths kPaths{.config = {}, .data = {}, .state = {}, .run = "/run/user/1/skep"};

TEST(SocketPath, IsNamedOrTheProjectsOwn) {
  EXPECT_EQ(ListeningPath("unix:/a/b", kPaths, "/home/project").value(), "/a/b");
  const auto own = ListeningPath("unix", kPaths, "/home/project");
  ASSERT_TRUE(own);
  EXPECT_THAT(*own, testing::MatchesRegex("/run/user/1/skep/project-[0-9a-f]*.sock"));
  EXPECT_EQ(ConnectingPath("unix", kPaths, "/home/project").value(), *own);
  EXPECT_NE(ListeningPath("unix", kPaths, "/work/project").value(), *own);
  EXPECT_EQ(ConnectingPath("/a/b", kPaths, "/home/project").value(), "/a/b");
  EXPECT_EQ(ConnectingPath("unix:b", kPaths, "/home/project").value(), "b");
}

TEST(SocketPath, AnythingElseIsRefused) {
  for (const char* const text : {"", "unix:", "tcp:80", "/a/b"}) {
    const auto path = ListeningPath(text, kPaths, "/p");
    ASSERT_FALSE(path) << text;
    EXPECT_THAT(path.error().message, HasSubstr("it must be unix:PATH, or unix for the project's own socket"));
  }
  EXPECT_FALSE(ConnectingPath("", kPaths, "/p"));
  EXPECT_THAT(ConnectingPath(std::string(108, 'x'), kPaths, "/p").error().message, HasSubstr("at most 107 bytes"));
}

TEST(SocketPath, OnlyADirectoryBelowTheUsersOwnIsMade) {
  const TempDirectory user;
  const Paths paths{.config = {}, .data = {}, .state = {}, .run = user / "run/skep"};
  ASSERT_TRUE(MakeSocketDirectory(user / "run/skep/hive/socket", paths));
  struct stat made{};
  ASSERT_EQ(stat((user / "run/skep/hive").c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777, 0700U);
  for (const std::string other : {"other/socket", "run/../other/socket", "running/socket"}) {
    EXPECT_TRUE(MakeSocketDirectory(user / other, paths));
  }
  EXPECT_FALSE(std::filesystem::exists(user / "other"));
  EXPECT_FALSE(std::filesystem::exists(user / "running"));
}

}  // namespace
}  // namespace skep::cli
