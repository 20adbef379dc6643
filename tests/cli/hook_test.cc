#include "cli/hook.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What Claude Code gives to a PreToolUse hook.
std::string Payload(const std::string& directory, const std::string& file, std::string_view key = "file_path") {
  return fmt::format(R"({{"session_id":"0b8e2b2e-6f5c-4f43-a9c5-2d5d3a6f7c11",)"
                     R"("transcript_path":"/home/ada/.claude/projects/hive/0b8e2b2e.jsonl","cwd":"{}",)"
                     R"("permission_mode":"default","hook_event_name":"PreToolUse","tool_name":"Edit",)"
                     R"("tool_input":{{"{}":"{}","old_string":"a","new_string":"b","replace_all":false}}}})",
                     directory, key, file);
}

class Hook : public testing::Test {
 protected:
  User::Outcome Ask(const std::string& file, std::string_view key = "file_path") const {
    return user_.Run({"hook", "pre-edit"}, Payload(user_.project(), file, key));
  }
  void Lease(const std::string& path) const {
    user_.Run({"mcp", "swarm_init", "--topology", "mesh"});
    user_.Run({"mcp", "agent_spawn", "--type", "coder", "--name", "ada"});
    const auto leased = user_.Run({"mcp", "lease_acquire", "--agent-id", "ada", "--paths", path});
    ASSERT_EQ(leased.status, kExitOk) << leased.err;
  }

  const User user_;
};

TEST_F(Hook, AllowsWhereNothingIsKept) {
  const auto asked = Ask(user_.project() + "/src/a.cc");
  EXPECT_EQ(asked.status, kExitOk) << asked.err;
  EXPECT_EQ(asked.out, "{}\n");
  EXPECT_FALSE(fs::exists(user_.home()));
}

TEST_F(Hook, ForbidsAnEditOfWhatIsLeased) {
  Lease("src/");
  const auto asked = Ask(user_.project() + "/src/a.cc");
  EXPECT_EQ(asked.status, kExitOk) << asked.err;
  EXPECT_THAT(asked.out, testing::StartsWith(
                             R"({"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny",)"
                             R"("permissionDecisionReason":"src/a.cc is leased exclusively by ag_000001 (\"ada\")"));
  EXPECT_THAT(Ask("src/a.cc").out, HasSubstr("deny")) << "relative to cwd";
  EXPECT_THAT(Ask(user_.project() + "/src/a.ipynb", "notebook_path").out, HasSubstr("deny"));
  EXPECT_EQ(Ask(user_.project() + "/docs/a.md").out, "{}\n");
  EXPECT_EQ(Ask("/etc/hosts").out, "{}\n");
  EXPECT_EQ(Ask("ls", "command").out, "{}\n") << "no edit";
}

TEST_F(Hook, ALinkIsNoWayAround) {
  fs::create_directory(user_.project() + "/src");
  fs::create_directory_symlink(user_.project() + "/src", user_.project() + "/link");
  Lease("src");
  EXPECT_THAT(Ask(user_.project() + "/link/a.cc").out, HasSubstr("deny"));
}

TEST_F(Hook, WhatGoesWrongStopsNobody) {
  const auto asked = user_.Run({"hook", "pre-edit"}, "not JSON");
  EXPECT_EQ(asked.status, kExitFailed);
  EXPECT_EQ(asked.out, "");
  EXPECT_THAT(asked.err, HasSubstr("standard input"));
  const auto wrong = user_.Run({"hook", "preedit"});
  EXPECT_EQ(wrong.status, kExitUsage);
  EXPECT_THAT(wrong.err, HasSubstr("the hooks are pre-edit"));
}

TEST(ReadPlannedEdit, KnowsTheFileByEachOfItsNames) {
  const TempDirectory temporary;
  const std::string real = fs::canonical(temporary / "").string();
  fs::create_directory(real + "/src");
  fs::create_directory_symlink(real + "/src", real + "/link");
  const auto edit = ReadPlannedEdit(Payload(real, "link/new.cc"));
  ASSERT_TRUE(edit) << edit.error().message;
  EXPECT_EQ(edit->session, "0b8e2b2e-6f5c-4f43-a9c5-2d5d3a6f7c11");
  EXPECT_THAT(edit->paths, ElementsAre(real + "/link/new.cc", real + "/src/new.cc"));
  EXPECT_THAT(ReadPlannedEdit(Payload(real, "src/new.cc"))->paths, ElementsAre(real + "/src/new.cc"));
  EXPECT_THAT(ReadPlannedEdit(R"({"tool_input":"x"})")->paths, IsEmpty());
  EXPECT_FALSE(ReadPlannedEdit("[]"));
}

}  // namespace
}  // namespace skep::cli
