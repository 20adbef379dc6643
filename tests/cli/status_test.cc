#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/run_cli.h"
#include "cli/settings.h"
#include "store/schema.h"

namespace skep::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(Status, OfAProjectThatWasNeverUsedMakesNothing) {
  const User user;
  const auto status = user.Run({"status", "--json"});
  EXPECT_EQ(status.status, kExitOk);
  const json shown = json::parse(status.out);
  EXPECT_EQ(shown["project"], user.project());
  EXPECT_EQ(shown["exists"], false);
  EXPECT_FALSE(std::filesystem::exists(user.home()));
}

TEST(Status, ShowsWhatTheProjectHas) {
  const User user;
  user.Run({"mcp", "memory_usage", "--action", "store", "--key", "k", "--value", "v"});
  user.Run({"mcp", "swarm_init", "--topology", "ring", "--name", "bees"});
  user.Run({"mcp", "agent_spawn", "--type", "coder"});
  const auto status = user.Run({"status", "--json"});
  EXPECT_EQ(status.status, kExitOk) << status.err;
  const json shown = json::parse(status.out);
  EXPECT_EQ(shown["exists"], true);
  EXPECT_EQ(shown["schema"], store::CurrentSchema());
  EXPECT_EQ(shown["memory"]["entries"], 1);
  EXPECT_EQ(shown["swarm"]["name"], "bees");
  EXPECT_EQ(shown["alsoOpenIn"], json::array());
  EXPECT_THAT(user.Run({"status"}).out, HasSubstr("bees"));
}

TEST(Status, WithoutASwarmShowsTheRest) {
  const User user;
  user.Run({"mcp", "memory_usage", "--action", "store", "--key", "k", "--value", "v"});
  const auto status = user.Run({"status", "--json"});
  EXPECT_EQ(status.status, kExitOk) << status.err;
  EXPECT_FALSE(json::parse(status.out).contains("swarm"));
}

TEST(Status, OfADatabaseThatIsNoneFails) {
  const User user;
  const auto settings = DecideSettings({.project = user.project()}, user.environment());
  std::filesystem::create_directories(std::filesystem::path(settings->database).parent_path());
  std::ofstream(settings->database) << std::string(8192, 'x');
  const auto status = user.Run({"status"});
  EXPECT_EQ(status.status, kExitFailed);
  EXPECT_THAT(status.err, HasSubstr("not a skep database"));
}

}  // namespace
}  // namespace skep::cli
