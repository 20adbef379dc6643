#include "swarm/agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "swarm/memory_fixture.h"

namespace skep::swarm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class AgentTest : public MemoryFixture {
 protected:
  Swarm Create(Topology topology = Topology::kMesh, std::int64_t max_agents = 8) {
    auto swarm =
        CreateSwarm(*database_, {.topology = topology, .max_agents = max_agents, .name = "", .objective = ""}, now_ms_);
    EXPECT_TRUE(swarm) << swarm.error().message;
    return swarm ? *swarm : Swarm();
  }

  Expected<Agent> Try(const Swarm& swarm, std::string_view type, std::string_view name = "",
                      std::string_view parent = "") {
    return SpawnAgent(*database_, swarm, {.type = type, .name = name, .capabilities = {}, .parent = parent}, now_ms_);
  }

  Agent Spawn(const Swarm& swarm, std::string_view type, std::string_view name = "", std::string_view parent = "") {
    auto agent = Try(swarm, type, name, parent);
    EXPECT_TRUE(agent) << agent.error().message;
    return agent ? *agent : Agent();
  }
};

TEST_F(AgentTest, IsFoundAsItWasSpawned) {
  const Swarm swarm = Create();
  const std::vector<std::string_view> capabilities = {"c++", "SQL queries", "c++"};
  const auto spawned = SpawnAgent(
      *database_, swarm, {.type = "coder", .name = "ada", .capabilities = capabilities, .parent = ""}, now_ms_);
  ASSERT_TRUE(spawned) << spawned.error().message;
  EXPECT_EQ(spawned->id(), "ag_000001");
  for (const char* name : {"ada", "ag_000001"}) {
    const auto found = FindAgent(*database_, swarm, name);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->type, "coder");
    EXPECT_EQ(found->name, "ada");
    EXPECT_EQ(found->swarm_id(), swarm.id());
    EXPECT_THAT(found->capabilities, ElementsAre("c++", "SQL queries"));
    EXPECT_EQ(found->parent_id(), std::nullopt);
    EXPECT_EQ(found->state, AgentState::kIdle);
    EXPECT_EQ(found->created_ms, now_ms_);
  }
}

TEST_F(AgentTest, WithoutANameItGetsTheFirstFreeOneOfItsType) {
  const Swarm swarm = Create();
  EXPECT_EQ(Spawn(swarm, "coder").name, "coder-1");
  EXPECT_EQ(Spawn(swarm, "coder").name, "coder-2");
  EXPECT_EQ(Spawn(swarm, "tester").name, "tester-1");
  EXPECT_EQ(Spawn(Create(), "coder").name, "coder-1");
}

TEST_F(AgentTest, NamesAreUniqueInASwarm) {
  const Swarm swarm = Create();
  Spawn(swarm, "coder", "ada");
  const auto second = Try(swarm, "tester", "ada");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("ag_000001"));
  EXPECT_EQ(FindSwarm(*database_, swarm.id())->alive_agents, 1);
  EXPECT_TRUE(Try(Create(), "coder", "ada"));
}

TEST_F(AgentTest, AnyTypeOfPlainCharactersIsWelcome) {
  const Swarm swarm = Create();
  for (const std::string_view type : kAgentTypes) EXPECT_TRUE(IsAgentType(type)) << type;
  EXPECT_EQ(Spawn(swarm, "security-auditor_v1.2").type, "security-auditor_v1.2");
  for (const std::string& type : {std::string(), std::string("code reviewer"), std::string("coder\n"),
                                  std::string(limits::kMaxName + 1, 'x'), std::string("кодер")}) {
    const auto agent = Try(swarm, type);
    ASSERT_FALSE(agent) << type;
    EXPECT_EQ(agent.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_THAT(Try(swarm, "reviewer!").error().message, HasSubstr("did you mean \"reviewer\"?"));
}

TEST_F(AgentTest, CapabilitiesAreNamesAndNotTooMany) {
  const Swarm swarm = Create();
  const auto spawn = [&](const std::vector<std::string_view>& capabilities) {
    return SpawnAgent(*database_, swarm, {.type = "coder", .name = "", .capabilities = capabilities, .parent = ""},
                      now_ms_);
  };
  EXPECT_THAT(spawn({"a\nb"}).error().message, HasSubstr("a capability must not have control characters"));
  EXPECT_FALSE(spawn({""}));
  EXPECT_FALSE(spawn(std::vector<std::string_view>(limits::kMaxCapabilities + 1, "x")));
  EXPECT_THAT(spawn({})->capabilities, IsEmpty());
  EXPECT_THAT(FindAgent(*database_, swarm, "coder-1")->capabilities, IsEmpty());
}

TEST_F(AgentTest, AFullSwarmSaysSoAndWhatToDo) {
  const Swarm swarm = Create(Topology::kMesh, 2);
  Spawn(swarm, "coder");
  Spawn(swarm, "coder");
  const auto third = Try(swarm, "coder");
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::kConflict);
  EXPECT_THAT(third.error().message, HasSubstr("all of its 2 agents are alive"));
  EXPECT_THAT(third.error().message, HasSubstr("larger maxAgents"));
  EXPECT_EQ(FindSwarm(*database_, swarm.id())->alive_agents, 2);
}

TEST_F(AgentTest, ADestroyedSwarmTakesNoAgents) {
  const Swarm swarm = Create();
  ASSERT_TRUE(DestroySwarm(*database_, swarm.id(), now_ms_));
  const auto agent = Try(swarm, "coder");
  ASSERT_FALSE(agent);
  EXPECT_EQ(agent.error().code, ErrorCode::kConflict);
  EXPECT_THAT(agent.error().message, HasSubstr("was destroyed"));
}

TEST_F(AgentTest, InAHierarchyTheCoordinatorIsTheParentUnlessAnotherIsNamed) {
  const Swarm swarm = Create(Topology::kHierarchical);
  EXPECT_EQ(Spawn(swarm, "coder").parent, std::nullopt);
  const Agent queen = Spawn(swarm, "coordinator", "queen");
  EXPECT_EQ(queen.parent, std::nullopt);
  const Agent lead = Spawn(swarm, "architect", "lead");
  EXPECT_EQ(lead.parent_id(), queen.id());
  EXPECT_EQ(Spawn(swarm, "coder", "by-name", "lead").parent, lead.number);
  EXPECT_EQ(Spawn(swarm, "coder", "by-id", lead.id()).parent, lead.number);
  EXPECT_EQ(FindAgent(*database_, swarm, "by-id")->parent_id(), lead.id());
  EXPECT_EQ(Spawn(swarm, "coordinator", "second").parent_id(), queen.id());
}

TEST_F(AgentTest, ElsewhereThereIsNoParentUnlessOneIsNamed) {
  const Swarm swarm = Create(Topology::kStar);
  const Agent hub = Spawn(swarm, "coordinator");
  EXPECT_EQ(Spawn(swarm, "coder").parent, std::nullopt);
  EXPECT_EQ(Spawn(swarm, "coder", "", hub.name).parent, hub.number);
}

TEST_F(AgentTest, TheParentIsAnAgentOfTheSameSwarm) {
  const Swarm swarm = Create();
  const Swarm other = Create();
  Spawn(swarm, "coder", "ada");
  const auto elsewhere = Try(other, "coder", "", "ag_000001");
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(elsewhere.error().message, "parent: agent ag_000001 is in swarm sw_000001, not in sw_000002");
  EXPECT_THAT(Try(swarm, "coder", "", "adda").error().message, HasSubstr("did you mean \"ada\"?"));
  EXPECT_EQ(FindSwarm(*database_, other.id())->alive_agents, 0);
}

TEST_F(AgentTest, WhatIsNotFoundIsAnsweredWithTheNearestName) {
  const Swarm swarm = Create();
  EXPECT_THAT(FindAgent(*database_, swarm, "ada").error().message, HasSubstr("has no agents"));
  Spawn(swarm, "coder", "ada");
  const auto found = FindAgent(*database_, swarm, "Ada");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(found.error().message, HasSubstr("did you mean \"ada\"?"));
  EXPECT_EQ(FindAgent(*database_, swarm, "ag_00000z").error().message, "there is no agent ag_00000z");
}

TEST_F(AgentTest, PagesByAge) {
  const Swarm swarm = Create();
  const Swarm other = Create();
  for (int i = 0; i < 5; ++i) {
    Spawn(swarm, "coder");
    Spawn(other, "coder");
  }
  std::vector<std::string> names;
  std::int64_t after = 0;
  while (true) {
    const AgentPage page = ListAgents(*database_, swarm, after, 2);
    for (const Agent& agent : page.agents) names.push_back(agent.name);
    if (!page.more) break;
    after = page.agents.back().number;
  }
  EXPECT_THAT(names, ElementsAre("coder-1", "coder-2", "coder-3", "coder-4", "coder-5"));
}

TEST_F(AgentTest, CountsByStateAndType) {
  const Swarm swarm = Create();
  Spawn(swarm, "tester");
  Spawn(swarm, "coder");
  Spawn(swarm, "coder");
  AgentCounts counts = CountAgents(*database_, swarm);
  EXPECT_THAT(counts.by_state, ElementsAre(3, 0, 0));
  ASSERT_EQ(counts.by_type.size(), 2U);
  EXPECT_EQ(counts.by_type[0].type, "coder");
  EXPECT_EQ(counts.by_type[0].agents, 2);
  ASSERT_TRUE(DestroySwarm(*database_, swarm.id(), now_ms_));
  counts = CountAgents(*database_, swarm);
  EXPECT_THAT(counts.by_state, ElementsAre(0, 0, 3));
  EXPECT_THAT(counts.by_type, IsEmpty());
}

TEST_F(AgentTest, AStateThatNoOneKnowsIsAnErrorOfTheDatabase) {
  const Swarm swarm = Create();
  Spawn(swarm, "coder");
  static constexpr store::Sql kBreak{"UPDATE agents SET state = 'dreaming'"};
  database_->Execute(kBreak);
  const auto agent = FindAgent(*database_, swarm, "coder-1");
  ASSERT_FALSE(agent);
  EXPECT_EQ(agent.error().code, ErrorCode::kCorrupt);
  database_->ClearError();
}

TEST_F(AgentTest, ThoseAliveCanBeHadFirst) {
  const Swarm swarm = Create();
  for (int i = 0; i < 4; ++i) Spawn(swarm, "coder");
  static constexpr store::Sql kGone{"UPDATE agents SET state = 'offline' WHERE name IN ('coder-1', 'coder-3')"};
  database_->Execute(kGone);
  std::string names;
  for (const Agent& agent : AliveFirst(*database_, swarm, 10)) names += agent.name + " ";
  EXPECT_EQ(names, "coder-2 coder-4 coder-3 coder-1 ");
  EXPECT_EQ(AliveFirst(*database_, swarm, 3).size(), 3U);
}

}  // namespace
}  // namespace skep::swarm
