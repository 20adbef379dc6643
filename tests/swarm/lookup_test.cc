#include "swarm/lookup.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "swarm/memory.h"
#include "swarm/swarm_fixture.h"

namespace skep::swarm {
namespace {

using Texts = std::vector<std::string>;

class Lookup : public SwarmFixture {
 protected:
  void Store(std::string_view name_space, std::string_view key, std::optional<std::int64_t> ttl_s = std::nullopt) {
    ASSERT_TRUE(
        StoreEntry(*database_, {.name_space = name_space, .key = key, .value = "v", .ttl_s = ttl_s}, now_.wall_ms));
  }
  Texts Tasks(std::string_view typed, std::int64_t limit = 100) {
    static constexpr TaskState kFirst[] = {TaskState::kClaimed, TaskState::kReady};
    return TasksLike(*database_, swarm_, kFirst, typed, limit);
  }
};

TEST_F(Lookup, ASwarmIsFoundByTheBeginningOfItsNameOrId) {
  Start(Topology::kMesh);
  Start(Topology::kRing);
  EXPECT_EQ(SwarmsLike(*database_, "", 10), (Texts{"mesh-1", "ring-1"}));
  EXPECT_EQ(SwarmsLike(*database_, "me", 10), (Texts{"mesh-1"}));
  EXPECT_EQ(SwarmsLike(*database_, "sw_", 10), (Texts{"sw_000002", "sw_000001"}));
  EXPECT_EQ(SwarmsLike(*database_, "sw_00000", 10), (Texts{"sw_000002", "sw_000001"}));
  EXPECT_EQ(SwarmsLike(*database_, "sw_000001", 10), (Texts{"sw_000001"}));
  EXPECT_EQ(SwarmsLike(*database_, "sw_0001", 10), Texts());
  EXPECT_EQ(SwarmsLike(*database_, "sw_!", 10), Texts());
  EXPECT_EQ(SwarmsLike(*database_, "", 1), (Texts{"mesh-1"}));
  ASSERT_TRUE(DestroySwarm(*database_, "mesh-1", now_.wall_ms));
  EXPECT_EQ(SwarmsLike(*database_, "", 10), (Texts{"ring-1"}));
}

TEST_F(Lookup, AnAgentIsFoundByNameInItsSwarmAndByIdInAny) {
  Start(Topology::kMesh);
  Spawn("coder");
  Start(Topology::kRing);
  Spawn("tester");
  EXPECT_EQ(AgentsLike(*database_, swarm_, "", 10), (Texts{"tester-1"}));
  EXPECT_EQ(AgentsLike(*database_, swarm_, "coder", 10), Texts());
  EXPECT_EQ(AgentsLike(*database_, swarm_, "a", 10), (Texts{"ag_000002", "ag_000001"}));
  EXPECT_EQ(AgentsLike(*database_, std::nullopt, "ag_", 10), (Texts{"ag_000002", "ag_000001"}));
  EXPECT_EQ(AgentsLike(*database_, std::nullopt, "", 10), Texts());
}

TEST_F(Lookup, AgentsAliveComeFirst) {
  Start(Topology::kMesh);
  const std::int64_t first = Spawn();
  Spawn();
  static constexpr store::Sql kGone{"UPDATE agents SET state = 'offline' WHERE id = ?1"};
  database_->Execute(kGone, first);
  EXPECT_EQ(AgentsLike(*database_, swarm_, "c", 10), (Texts{"coder-2", "coder-1"}));
}

TEST_F(Lookup, TasksOfTheStatesAskedForComeFirst) {
  Start(Topology::kStar);
  const std::int64_t agent = Spawn();
  const std::string done = TaskId(Make("build"));
  Say(ClaimFor(agent), Report::kSucceeded);
  const std::string ready = TaskId(Make("test the build"));
  const std::string newer = TaskId(Make("write"));
  EXPECT_EQ(Tasks(""), (Texts{newer, ready, done}));
  EXPECT_EQ(Tasks("tk_"), (Texts{newer, ready, done}));
  EXPECT_EQ(Tasks(done), (Texts{done}));
  EXPECT_EQ(Tasks("", 1), (Texts{newer}));
}

TEST_F(Lookup, AnUnfinishedTaskIsFoundByAWordOfItsTitle) {
  Start(Topology::kStar);
  const std::string task = TaskId(Make("Test the Rebuild"));
  EXPECT_EQ(Tasks("reb"), (Texts{task}));
  EXPECT_EQ(Tasks("TEST THE"), (Texts{task}));
  EXPECT_EQ(Tasks("build"), Texts()) << "in the middle of a word";
}

TEST_F(Lookup, NamespacesAndKeysByTheirBeginning) {
  Store("design", "auth");
  Store("design", "api/v1");
  Store("default", "auth");
  Store("default", "gone", 1);
  EXPECT_EQ(NamespacesLike(*database_, "de", 10), (Texts{"default", "design"}));
  EXPECT_EQ(NamespacesLike(*database_, "des", 10), (Texts{"design"}));
  EXPECT_EQ(NamespacesLike(*database_, "", 1), (Texts{"default"}));
  EXPECT_EQ(KeysLike(*database_, "design", "a", 10, now_.wall_ms), (Texts{"api/v1", "auth"}));
  EXPECT_EQ(KeysLike(*database_, std::nullopt, "", 10, now_.wall_ms), (Texts{"auth", "gone", "api/v1"}));
  EXPECT_EQ(KeysLike(*database_, "default", "g", 10, now_.wall_ms + 2000), Texts()) << "it has expired";
}

}  // namespace
}  // namespace skep::swarm
