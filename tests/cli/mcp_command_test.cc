#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/run_cli.h"
#include "handlers/list.h"

namespace skep::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(McpCommand, StoresAndRetrieves) {
  const User user;
  const auto stored = user.Run({"mcp", "memory_usage", "--action", "store", "--key", "k", "--value", "v"});
  EXPECT_EQ(stored.status, kExitOk);
  EXPECT_EQ(stored.err, "");
  const auto retrieved = user.Run({"mcp", "memory_usage", "--action", "retrieve", "--key", "k"});
  EXPECT_EQ(retrieved.status, kExitOk);
  EXPECT_THAT(retrieved.out, AllOf(HasSubstr("found "), HasSubstr(" v\n")));
}

TEST(McpCommand, JsonIsTheStructuredResultInOneLine) {
  const User user;
  const auto list = user.Run({"mcp", "memory_usage", "--action", "list", "--json"});
  EXPECT_EQ(list.out, "{\"entries\":[]}\n");
}

TEST(McpCommand, StandardInputIsStoredToTheByte) {
  const User user;
  const std::string text = "- tab\t, quote \", line\nand \xc3\xa9\n";
  ASSERT_EQ(user.Run({"mcp", "memory_usage", "--action", "store", "--key", "k", "--value", "-"}, text).status, kExitOk);
  const auto read = user.Run({"mcp", "memory_usage", "--action", "retrieve", "--key", "k", "--json"});
  EXPECT_EQ(nlohmann::json::parse(read.out)["value"], text);
}

TEST(McpCommand, TakesAllArgumentsAsOneObject) {
  const User user;
  const std::string args = R"({"action":"store","key":"k","value":"v"})";
  EXPECT_EQ(user.Run({"mcp", "memory_usage", "--args", args}).status, kExitOk);
  EXPECT_EQ(user.Run({"mcp", "memory_usage", "--args", "-"}, args).status, kExitOk);
  const auto mixed = user.Run({"mcp", "memory_usage", "--args", R"({"action":"retrieve"})", "--key", "k", "--json"});
  EXPECT_EQ(nlohmann::json::parse(mixed.out)["version"], 2);
  const auto twice = user.Run({"mcp", "memory_usage", "--args", args, "--key", "k"});
  EXPECT_EQ(twice.status, kExitUsage);
  EXPECT_EQ(twice.err, "skep: key is given twice\n");
}

TEST(McpCommand, WrongArgumentsAreTheServersSentenceAndStatusTwo) {
  const User user;
  const auto wrong = user.Run({"mcp", "swarm_init", "--topology", "mesh", "--max-agents", "eight"});
  EXPECT_EQ(wrong.status, kExitUsage);
  EXPECT_EQ(wrong.out, "");
  EXPECT_EQ(wrong.err, "skep: maxAgents must be an integer, got \"eight\"\n");
}

TEST(McpCommand, AToolThatFailsIsStatusOne) {
  const User user;
  const auto failed =
      user.Run({"mcp", "memory_usage", "--action", "store", "--key", "k", "--value", "v", "--if-version", "3"});
  EXPECT_EQ(failed.status, kExitFailed);
  EXPECT_EQ(failed.out, "");
  EXPECT_THAT(failed.err, StartsWith("skep: "));
}

TEST(McpCommand, ListsTheToolsWithoutTouchingTheProject) {
  const User user;
  const auto list = user.Run({"mcp", "--list"});
  EXPECT_EQ(list.status, kExitOk);
  for (const Tool* tool : handlers::AllTools()) EXPECT_THAT(list.out, HasSubstr(std::string(tool->info.name)));
  EXPECT_FALSE(std::filesystem::exists(user.home()));
}

TEST(McpCommand, ListsTheToolsAsClientsSeeThem) {
  const User user;
  const auto list = user.Run({"mcp", "--list", "--json"});
  EXPECT_EQ(list.status, kExitOk);
  EXPECT_EQ(nlohmann::json::parse(list.out)["tools"].size(), handlers::AllTools().size());
}

TEST(McpCommand, AResultThatCannotBeWrittenIsAFailure) {
  const User user;
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  const char* const args[] = {"mcp", "--list"};
  EXPECT_EQ(cli::Run(args, user.environment(), {.in = -1, .out = full, .err = -1}), kExitFailed);
  close(full);
}

}  // namespace
}  // namespace skep::cli
