#include "bench/surroundings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/version.h"

namespace skep::bench {
namespace {

constexpr std::string_view kMounts =
    "/dev/vda / ext4 rw 0 0\n"
    "tmpfs /tmp tmpfs rw 0 0\n"
    "/dev/vdb /home xfs rw 0 0\n"
    "none /home/me/ram tmpfs rw 0 0\n";

TEST(BenchmarkSurroundings, AFilesystemIsThatOfTheNearestMount) {
  EXPECT_EQ(FilesystemIn(kMounts, "/var/tmp"), "ext4 on /dev/vda");
  EXPECT_EQ(FilesystemIn(kMounts, "/home/me/.local"), "xfs on /dev/vdb");
  EXPECT_EQ(FilesystemIn(kMounts, "/home"), "xfs on /dev/vdb");
  EXPECT_EQ(FilesystemIn(kMounts, "/homeless"), "ext4 on /dev/vda");
  EXPECT_EQ(FilesystemIn("", "/"), "");
}

TEST(BenchmarkSurroundings, WhatIsKeptInMemoryIsTold) {
  EXPECT_TRUE(InMemory(FilesystemIn(kMounts, "/home/me/ram/x")));
  EXPECT_FALSE(InMemory(FilesystemIn(kMounts, "/home/me")));
}

TEST(BenchmarkSurroundings, NameTheBuild) {
  const Surroundings around = LookAround("/proc/self/exe", "/");
  EXPECT_EQ(around.version, Version());
  EXPECT_THAT(around.build, testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_THAT(around.date, testing::EndsWith("Z"));
  EXPECT_FALSE(around.compiler.empty());
}

}  // namespace
}  // namespace skep::bench
