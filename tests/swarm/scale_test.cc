#include "swarm/scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "swarm/swarm_fixture.h"

namespace skep::swarm {
namespace {

using testing::HasSubstr;

class ScaleTest : public SwarmFixture {
 protected:
  Scaled To(std::int64_t target, ScaleStrategy strategy = ScaleStrategy::kImmediate) {
    Refresh();
    auto scaled = Scale(*database_, swarm_, target, strategy, now_.wall_ms);
    EXPECT_TRUE(scaled) << scaled.error().message;
    Refresh();
    return scaled ? *std::move(scaled) : Scaled();
  }
};

TEST_F(ScaleTest, NewAgentsKeepTheMixOfTypes) {
  Start(Topology::kMesh);
  Spawn("coder");
  Spawn("coder");
  Spawn("tester");
  const Scaled scaled = To(9);
  EXPECT_EQ(scaled.after, 9);
  EXPECT_EQ(std::ranges::count(scaled.spawned, "coder", &Agent::type), 4);
  EXPECT_EQ(std::ranges::count(scaled.spawned, "tester", &Agent::type), 2);
  EXPECT_EQ(swarm_.alive_agents, 9);
}

TEST_F(ScaleTest, OnlyTheIdleLeaveAtOnceAndTheOthersWhenTheyHaveFinished) {
  Start(Topology::kStar);
  const auto busy = Spawn();
  Spawn();
  Spawn();
  const auto task = Make("a");
  ASSERT_EQ(ClaimFor(busy), task);
  const Scaled scaled = To(0);
  EXPECT_EQ(scaled.retired.size(), 2U);
  EXPECT_EQ(scaled.retiring, std::vector{busy});
  EXPECT_EQ(AgentOf(busy).state, AgentState::kBusy);
  Say(task, Report::kSucceeded);
  EXPECT_EQ(AgentOf(busy).state, AgentState::kOffline);
  Refresh();
  EXPECT_EQ(swarm_.alive_agents, 0);
}

TEST_F(ScaleTest, OneThatRetiresGetsNoMoreWork) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  const auto task = Make("a");
  ASSERT_EQ(ClaimFor(agent), task);
  To(0);
  Make("b");
  Say(task, Report::kFailed);
  EXPECT_EQ(AgentOf(agent).state, AgentState::kOffline);
}

TEST_F(ScaleTest, GraduallyIsHalfOfTheWay) {
  Start(Topology::kMesh);
  EXPECT_EQ(To(8, ScaleStrategy::kGradual).after, 4);
  EXPECT_EQ(To(8, ScaleStrategy::kGradual).after, 6);
  EXPECT_EQ(To(8, ScaleStrategy::kGradual).after, 7);
  EXPECT_EQ(To(8, ScaleStrategy::kGradual).after, 8);
  EXPECT_EQ(To(0, ScaleStrategy::kGradual).after, 4);
}

TEST_F(ScaleTest, AdaptivelyIsAsFarAsThereIsWork) {
  Start(Topology::kStar);
  for (int i = 0; i < 3; ++i) Make("t");
  const Scaled scaled = To(8, ScaleStrategy::kAdaptive);
  EXPECT_EQ(scaled.after, 3);
  EXPECT_THAT(scaled.note, HasSubstr("3 tasks are ready or worked on"));
  EXPECT_EQ(To(0, ScaleStrategy::kAdaptive).after, 3);
}

TEST_F(ScaleTest, MoreThanTheSwarmMayHaveIsRefused) {
  Start(Topology::kMesh, 5);
  const auto refused = Scale(*database_, swarm_, 6, ScaleStrategy::kImmediate, now_.wall_ms);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
}

TEST_F(ScaleTest, WhatLayInTheQueueOfOneWhoLeavesIsOthers) {
  Start(Topology::kMesh);
  const auto stays = Spawn();
  Spawn();
  for (int i = 0; i < 4; ++i) Make("t");
  To(1);
  for (int i = 0; i < 4; ++i) {
    const auto task = ClaimFor(stays);
    ASSERT_NE(task, 0);
    Say(task, Report::kSucceeded);
  }
}

}  // namespace
}  // namespace skep::swarm
