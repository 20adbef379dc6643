#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::HasSubstr;

TEST(SimulateCommand, PlaysAGameThatIsTheSameForTheSameSeed) {
  const User user;
  const std::vector<std::string> words = {"simulate", "--agents",       "5",   "--tasks", "40", "--seed",
                                          "3",        "--failure-rate", "0.2", "--json"};
  const auto once = user.Run(words);
  ASSERT_EQ(once.status, kExitOk) << once.err;
  const auto first = nlohmann::json::parse(once.out)["runs"][0];
  EXPECT_EQ(first["topology"], "mesh");
  EXPECT_EQ(first["succeeded"].get<int>() + first["failed"].get<int>() + first["cancelled"].get<int>(), 40);
  EXPECT_EQ(nlohmann::json::parse(user.Run(words).out)["runs"][0]["events"], first["events"]);
}

TEST(SimulateCommand, ComparesTheTopologies) {
  const User user;
  const auto compared = user.Run({"simulate", "--agents", "3", "--tasks", "9", "--compare"});
  ASSERT_EQ(compared.status, kExitOk) << compared.err;
  for (const char* topology : {"star", "mesh", "ring", "hierarchical", "adaptive"}) {
    EXPECT_THAT(compared.out, HasSubstr(topology));
  }
}

TEST(SimulateCommand, RefusesWhatCannotBePlayed) {
  const User user;
  EXPECT_EQ(user.Run({"simulate", "--agents", "0"}).status, kExitUsage);
  EXPECT_EQ(user.Run({"simulate", "--failure-rate", "2"}).status, kExitUsage);
}

}  // namespace
}  // namespace skep::cli
