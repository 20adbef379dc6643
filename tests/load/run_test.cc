#include <gtest/gtest.h>

#include <filesystem>

#include "load/fake_server.h"
#include "load/load.h"

namespace skep::load {
namespace {

TEST(Run, DrivesAListeningServerThatItStarts) {
  const auto home = Scratch::Make();
  ASSERT_TRUE(home);
  Plan plan = Requests(60);
  plan.connections = 3;
  const auto outcome = load::Run(Fake("good", *home / "socket"), plan);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->answered, 60U);
  EXPECT_EQ(outcome->error_count(), 0U);
  EXPECT_TRUE(outcome->server_cpu_s);
}

TEST(Run, AServerThatRefusesWhatTheMixPresumesIsNoneForIt) {
  Plan plan = Requests(4);
  plan.mix = ParseMix("retrieve").value_or(Mix());
  const auto outcome = load::Run(Fake("tool_error"), plan);
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message.find("isError"), std::string::npos) << outcome.error().message;
  plan.mix = ParseMix("claim-update").value_or(Mix());
  const auto without = load::Run(Fake("good"), plan);
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().message.find("swarmId"), std::string::npos) << without.error().message;
}

TEST(Run, AServerThatDiesWhileItWarmsUpHasMeasuredNothing) {
  Plan plan = Requests(4);
  plan.warm_up_s = 30;
  const auto outcome = load::Run(Fake("dies"), plan);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->due, 0U);
  EXPECT_NE(outcome->broken_off.find("exit status 3"), std::string::npos);
}

TEST(Run, EndsWhileAServerDoesNotAnswerItsGreeting) {
  Plan plan = Requests(4);
  int asked = 0;
  plan.goes_on = [&] { return ++asked < 3; };
  const auto outcome = load::Run({.command = {"cat"}}, plan);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->interrupted);
  EXPECT_EQ(outcome->due, 0U);
}

TEST(Run, RefusesAPlanOfNothing) {
  EXPECT_FALSE(load::Run(Fake("good"), {.connections = 0}));
  EXPECT_FALSE(load::Run(Fake("good"), {.mix = {.parts = {}}}));
  EXPECT_FALSE(load::Run(Fake("good"), {.duration_s = 0}));
}

TEST(Run, RefusesMoreInFlightThanItCanRemember) {
  const auto outcome = load::Run(Fake("good"), {.pattern = {.depth = 1'000}, .connections = 1'001});
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message.find("at most 1000000"), std::string::npos) << outcome.error().message;
}

TEST(MakeHome, IsADirectoryThatGoes) {
  std::string path;
  {
    const auto home = MakeHome();
    ASSERT_TRUE(home);
    path = home->path();
    EXPECT_TRUE(std::filesystem::is_directory(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace skep::load
