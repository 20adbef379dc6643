#include "cli/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/run_cli.h"

namespace skep::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A project with a swarm in which somebody works on something, and has leased a file.
class SnapshotTest : public testing::Test {
 protected:
  void SetUp() override {
    Must({"mcp", "swarm_init", "--topology", "star", "--name", "hive"});
    Must({"mcp", "agent_spawn", "--type", "coder", "--name", "ada"});
    Must({"mcp", "task_orchestrate", "--task", "build", "--subtasks", "first,second", "--strategy", "sequential"});
    Must({"mcp", "task_claim", "--agent-id", "ada"});
    Must({"mcp", "lease_acquire", "--agent-id", "ada", "--paths", "src/"});
  }
  void Must(const std::vector<std::string>& args) {
    const auto done = user_.Run(args);
    ASSERT_EQ(done.status, kExitOk) << done.err;
  }

  const User user_;
};

TEST_F(SnapshotTest, TasksSaysWhoWorksOnWhatAndWhatWaits) {
  const auto tasks = user_.Run({"tasks"});
  EXPECT_EQ(tasks.status, kExitOk);
  EXPECT_THAT(tasks.out, AllOf(HasSubstr("claimed"), HasSubstr("ag_000001"), HasSubstr("first"), HasSubstr("blocked"),
                               HasSubstr("second")));
  const auto json = nlohmann::json::parse(user_.Run({"tasks", "--json"}).out);
  EXPECT_EQ(json["tasks"].size(), 3U);
  EXPECT_EQ(json["counts"]["claimed"], 1);
}

TEST_F(SnapshotTest, LeasesSaysWhoHasThem) {
  EXPECT_THAT(user_.Run({"leases"}).out, AllOf(HasSubstr("src/**"), HasSubstr("exclusive"), HasSubstr("ada")));
  const auto json = nlohmann::json::parse(user_.Run({"leases", "--json"}).out);
  EXPECT_EQ(json["leases"][0]["agentName"], "ada");
}

TEST_F(SnapshotTest, WatchShowsAllOfItOnceWhereThereIsNoTerminal) {
  EXPECT_THAT(user_.Run({"swarm", "watch"}).out, AllOf(HasSubstr("sw_000001 hive  star  0 idle, 1 busy"),
                                                       HasSubstr("ada"), HasSubstr("first"), HasSubstr("src/**")));
  const auto json = nlohmann::json::parse(user_.Run({"swarm", "watch", "--json"}).out);
  EXPECT_EQ(json["swarm"]["name"], "hive");
  EXPECT_EQ(json["agents"][0]["task"], "tk_000002");
}

TEST(Snapshot, OfAProjectWithoutAnythingSaysSo) {
  const User user;
  for (const char* what : {"tasks", "leases"}) {
    const auto none = user.Run({what});
    EXPECT_EQ(none.status, kExitFailed);
    EXPECT_THAT(none.err, HasSubstr("nothing is stored yet"));
  }
  EXPECT_EQ(user.Run({"swarm"}).status, kExitUsage);
  EXPECT_EQ(user.Run({"swarm", "wacth"}).status, kExitUsage);
}

}  // namespace
}  // namespace skep::cli
