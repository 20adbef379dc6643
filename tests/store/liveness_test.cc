#include "store/liveness.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include "store/harness.h"
#include "support/temp_directory.h"

namespace skep::store {
namespace {

class LivenessTest : public testing::Test {
 protected:
  std::string FileOf(const std::string& token) const { return directory_ / ("sessions/" + token + ".lock"); }

  TempDirectory directory_;
  const std::string database_ = directory_ / "skep.db";
  Liveness ours_{database_};
};

TEST_F(LivenessTest, MakesNothingBeforeItIsAsked) {
  EXPECT_FALSE(ours_.held());
  EXPECT_FALSE(std::filesystem::exists(directory_ / "sessions"));
}

TEST_F(LivenessTest, HoldsOneFileForItsLife) {
  std::string token;
  {
    Liveness other(database_);
    token = *other.Hold();
    EXPECT_EQ(other.Hold(), token);
    EXPECT_EQ(other.token(), token);
    struct stat status{};
    ASSERT_EQ(stat(FileOf(token).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    ASSERT_EQ(stat((directory_ / "sessions").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
    EXPECT_FALSE(ours_.HasEnded(token));
    EXPECT_NE(*ours_.Hold(), token);
  }
  EXPECT_TRUE(ours_.HasEnded(token));
  EXPECT_FALSE(std::filesystem::exists(FileOf(token)));
}

TEST_F(LivenessTest, AKilledProcessIsSeenToHaveEnded) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  Child child([&] {
    Liveness other(database_);
    const std::string token = *other.Hold();
    if (write(pipe_ends[1], token.data(), token.size()) < 0) return;
    pause();
  });
  std::string token(32, ' ');
  ASSERT_EQ(read(pipe_ends[0], token.data(), token.size()), 32);
  EXPECT_FALSE(ours_.HasEnded(token));
  child.Kill();
  EXPECT_TRUE(std::filesystem::exists(FileOf(token)));
  EXPECT_TRUE(ours_.HasEnded(token));
  ours_.Forget(token);
  EXPECT_FALSE(std::filesystem::exists(FileOf(token)));
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST_F(LivenessTest, WhatIsNoTokenIsNoPath) {
  EXPECT_TRUE(ours_.HasEnded("../skep"));
  ASSERT_TRUE(ours_.Hold());
  ours_.Forget("../sessions/" + ours_.token());
  EXPECT_TRUE(std::filesystem::exists(FileOf(ours_.token())));
}

TEST_F(LivenessTest, ADirectoryThatCannotBeMadeIsSaid) {
  std::filesystem::create_directories(directory_.path());
  Liveness nowhere("/proc/skep.db");
  EXPECT_FALSE(nowhere.Hold());
  EXPECT_FALSE(nowhere.held());
}

TEST(BootNumber, IsTheSameUntilTheNextBoot) {
  EXPECT_GT(BootNumber(), 0);
  EXPECT_EQ(BootNumber(), BootNumber());
}

}  // namespace
}  // namespace skep::store
