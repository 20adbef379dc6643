#include "swarm/swarm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "swarm/agent.h"
#include "swarm/memory_fixture.h"

namespace skep::swarm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SwarmTest : public MemoryFixture {
 protected:
  Swarm Create(std::string_view name = "", Topology topology = Topology::kMesh) {
    auto swarm = CreateSwarm(*database_, {.topology = topology, .name = name, .objective = ""}, now_ms_);
    EXPECT_TRUE(swarm) << swarm.error().message;
    return swarm ? *swarm : Swarm();
  }
};

TEST_F(SwarmTest, IsFoundAsItWasCreated) {
  const auto created = CreateSwarm(*database_,
                                   {.topology = Topology::kHierarchical,
                                    .strategy = Strategy::kSpecialized,
                                    .max_agents = 5,
                                    .name = "release",
                                    .objective = "ship 1.0"},
                                   now_ms_);
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(created->id(), "sw_000001");
  for (const char* name : {"release", "sw_000001"}) {
    const auto found = FindSwarm(*database_, name);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->number, 1);
    EXPECT_EQ(found->name, "release");
    EXPECT_EQ(found->topology, Topology::kHierarchical);
    EXPECT_EQ(found->strategy, Strategy::kSpecialized);
    EXPECT_EQ(found->max_agents, 5);
    EXPECT_EQ(found->alive_agents, 0);
    EXPECT_EQ(found->objective, "ship 1.0");
    EXPECT_EQ(found->status, SwarmStatus::kActive);
    EXPECT_EQ(found->created_ms, now_ms_);
    EXPECT_EQ(found->destroyed_ms, 0);
  }
}

TEST_F(SwarmTest, WithoutANameItGetsTheFirstFreeOne) {
  EXPECT_EQ(Create().name, "mesh-1");
  EXPECT_EQ(Create().name, "mesh-2");
  EXPECT_EQ(Create("", Topology::kRing).name, "ring-1");
  ASSERT_TRUE(DestroySwarm(*database_, "mesh-1", now_ms_));
  EXPECT_EQ(Create().name, "mesh-1");
}

TEST_F(SwarmTest, StrategyAdaptiveMeansAuto) {
  const auto swarm = CreateSwarm(*database_, {.strategy = Strategy::kAdaptive, .name = "", .objective = ""}, now_ms_);
  ASSERT_TRUE(swarm);
  EXPECT_EQ(swarm->strategy, Strategy::kAuto);
  EXPECT_EQ(FindSwarm(*database_, "mesh-1")->strategy, Strategy::kAuto);
}

TEST_F(SwarmTest, NamesOfActiveSwarmsAreUnique) {
  Create("release");
  const auto second = CreateSwarm(*database_, {.name = "release", .objective = ""}, now_ms_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("sw_000001"));
  ASSERT_TRUE(DestroySwarm(*database_, "release", now_ms_));
  EXPECT_EQ(Create("release").id(), "sw_000002");
}

TEST_F(SwarmTest, BadArgumentsAreRefused) {
  const auto code = [&](const SwarmRequest& request) {
    const auto swarm = CreateSwarm(*database_, request, now_ms_);
    return swarm ? std::nullopt : std::optional(swarm.error().code);
  };
  EXPECT_EQ(code({.max_agents = 0, .name = "", .objective = ""}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.max_agents = limits::kMaxAgents + 1, .name = "", .objective = ""}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.name = "sw_000009", .objective = ""}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({.name = "two\nlines", .objective = ""}), ErrorCode::kInvalidArgument);
  const std::string objective(limits::kMaxObjective + 1, 'x');
  EXPECT_EQ(code({.name = "", .objective = objective}), ErrorCode::kTooLarge);
}

TEST_F(SwarmTest, WhatIsNotFoundIsAnsweredWithTheNearestName) {
  EXPECT_THAT(FindSwarm(*database_, "mesh-1").error().message, HasSubstr("no swarm is active"));
  Create("release");
  const auto near = FindSwarm(*database_, "relase");
  ASSERT_FALSE(near);
  EXPECT_EQ(near.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(near.error().message, HasSubstr("did you mean \"release\"?"));
  EXPECT_EQ(FindSwarm(*database_, "sw_000009").error().message, "there is no swarm sw_000009");
}

TEST_F(SwarmTest, ADestroyedSwarmIsFoundByIdOnly) {
  Create("release");
  now_ms_ += 5;
  const auto destroyed = DestroySwarm(*database_, "release", now_ms_);
  ASSERT_TRUE(destroyed);
  EXPECT_EQ(destroyed->swarm.status, SwarmStatus::kDestroyed);
  const auto by_id = FindSwarm(*database_, "sw_000001");
  ASSERT_TRUE(by_id);
  EXPECT_EQ(by_id->status, SwarmStatus::kDestroyed);
  EXPECT_EQ(by_id->destroyed_ms, now_ms_);
  const auto by_name = FindSwarm(*database_, "release");
  ASSERT_FALSE(by_name);
  EXPECT_THAT(by_name.error().message, HasSubstr("sw_000001"));
  EXPECT_EQ(DestroySwarm(*database_, "sw_000001", now_ms_).error().code, ErrorCode::kConflict);
}

TEST_F(SwarmTest, DestroyingTakesItsAgentsOffline) {
  const Swarm swarm = Create("a");
  const Swarm other = Create("b");
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(
        SpawnAgent(*database_, swarm, {.type = "coder", .name = "", .capabilities = {}, .parent = ""}, now_ms_));
  ASSERT_TRUE(SpawnAgent(*database_, other, {.type = "coder", .name = "", .capabilities = {}, .parent = ""}, now_ms_));
  EXPECT_EQ(FindSwarm(*database_, "a")->alive_agents, 3);
  EXPECT_EQ(TakeCensus(*database_).agents, 4);
  EXPECT_EQ(DestroySwarm(*database_, "a", now_ms_)->agents, 3);
  EXPECT_EQ(FindAgent(*database_, swarm, "coder-1")->state, AgentState::kOffline);
  EXPECT_EQ(FindAgent(*database_, other, "coder-1")->state, AgentState::kIdle);
  const Census census = TakeCensus(*database_);
  EXPECT_EQ(census.active_swarms, 1);
  EXPECT_EQ(census.agents, 1);
}

TEST_F(SwarmTest, ListsActiveOnesFirstTheNewestFirst) {
  for (const char* name : {"a", "b", "c", "d"}) Create(name);
  ASSERT_TRUE(DestroySwarm(*database_, "d", now_ms_));
  ASSERT_TRUE(DestroySwarm(*database_, "b", now_ms_));
  const auto names = [&](std::int64_t limit) {
    std::vector<std::string> result;
    for (const Swarm& swarm : ListSwarms(*database_, limit)) result.push_back(swarm.name);
    return result;
  };
  EXPECT_THAT(names(10), ElementsAre("c", "a", "d", "b"));
  EXPECT_THAT(names(3), ElementsAre("c", "a", "d"));
}

TEST_F(SwarmTest, NewestActiveIsTheDefault) {
  EXPECT_FALSE(NewestActive(*database_));
  Create("a");
  Create("b");
  EXPECT_EQ(NewestActive(*database_)->name, "b");
  ASSERT_TRUE(DestroySwarm(*database_, "b", now_ms_));
  EXPECT_EQ(NewestActive(*database_)->name, "a");
}

TEST_F(SwarmTest, ListsActiveOnesByAgeInPages) {
  for (const char* name : {"a", "b", "c", "d"}) Create(name);
  ASSERT_TRUE(DestroySwarm(*database_, "b", now_ms_));
  const auto names = [&](std::int64_t after, std::int64_t limit) {
    std::vector<std::string> result;
    for (const Swarm& swarm : ListActive(*database_, after, limit)) result.push_back(swarm.name);
    return result;
  };
  EXPECT_THAT(names(0, 2), ElementsAre("a", "c"));
  EXPECT_THAT(names(3, 2), ElementsAre("d"));
  EXPECT_EQ(TakeCensus(*database_).swarms, 4);
}

}  // namespace
}  // namespace skep::swarm
