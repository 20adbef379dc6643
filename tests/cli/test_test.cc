#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

TEST(TestCommand, RefusesWhatItCannotTest) {
  const User user;
  const auto unknown = user.RunAnywhere({"test", "laod"});
  EXPECT_EQ(unknown.status, kExitUsage);
  EXPECT_THAT(unknown.err, HasSubstr("load, stress, custom, memory, network, database; did you mean load?"));
  const auto none = user.RunAnywhere({"test"});
  EXPECT_EQ(none.status, kExitUsage);
  EXPECT_THAT(none.err, HasSubstr("skep test what? There is load, stress, custom, memory, network, database"));
}

TEST(TestCommand, OnlyACustomLoadTakesAPattern) {
  const User user;
  const auto load = user.RunAnywhere({"test", "load", "--pattern", "constant:5"});
  EXPECT_EQ(load.status, kExitUsage);
  EXPECT_THAT(load.err, HasSubstr("skep test load takes no --pattern: that is for skep test custom"));
  EXPECT_THAT(user.RunAnywhere({"test", "memory", "--expect", "p95<5ms"}).err,
              HasSubstr("skep test memory takes no --expect: that is for skep test load"));
}

TEST(TestCommand, WhatALoadCannotBeIsToldBeforeAnythingIsStarted) {
  const User user;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--pattern", "constant"}, std::vector<std::string>{"--mix", "pong"},
        std::vector<std::string>{"--expect", "p95"}}) {
    std::vector<std::string> all = {"test", "custom"};
    all.insert(all.end(), words.begin(), words.end());
    const auto run = user.RunAnywhere(all);
    EXPECT_EQ(run.status, kExitUsage) << words[1];
    EXPECT_FALSE(run.err.empty());
  }
}

TEST(TestCommand, AnActionIsNotOptional) {
  const User user;
  for (const char* command : {"benchmark", "perf", "profile", "swarm", "test"}) {
    EXPECT_THAT(user.RunAnywhere({command, "--help"}).out, testing::ContainsRegex("Usage: .* ACTION\n")) << command;
  }
}

TEST(TestCommand, OthersWithActionsNameThem) {
  const User user;
  EXPECT_THAT(user.RunAnywhere({"perf", "slow"}).err, HasSubstr("there is quick"));
  EXPECT_THAT(user.RunAnywhere({"profile", "memroy"}).err, HasSubstr("did you mean memory?"));
  EXPECT_THAT(user.RunAnywhere({"benchmark", "rum"}).err, HasSubstr("there is run, compare; did you mean run?"));
  EXPECT_THAT(user.RunAnywhere({"benchmark", "run", "file"}).err, HasSubstr("unexpected argument \"file\""));
}

}  // namespace
}  // namespace skep::cli
