#include "swarm/claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "swarm/swarm_fixture.h"
#include "swarm/task_flow.h"

namespace skep::swarm {
namespace {

using testing::HasSubstr;

class TaskClaim : public SwarmFixture {};

TEST_F(TaskClaim, SecondClaimantIsTurnedAway) {
  Start(Topology::kStar);
  const auto one = Spawn();
  const auto two = Spawn();
  const auto task = Make("only");
  EXPECT_EQ(ClaimFor(one), task);
  EXPECT_EQ(TaskOf(task).epoch, 1);
  EXPECT_EQ(ClaimFor(two), 0);
}

TEST_F(TaskClaim, TheMoreUrgentComesFirstAndOfEquallyUrgentOnesTheOlder) {
  Start(Topology::kStar);
  const auto low = Make("low", Priority::kLow);
  const auto first = Make("first");
  const auto second = Make("second");
  const auto critical = Make("critical", Priority::kCritical);
  for (const auto task : {critical, first, second, low}) EXPECT_EQ(ClaimFor(Spawn()), task);
}

TEST_F(TaskClaim, LowPriorityIsNeverStarved) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  const auto low = Make("low", Priority::kLow);
  int others = 0;
  for (; others < 100; ++others) {
    Make("urgent", Priority::kCritical);
    const auto task = ClaimFor(agent);
    if (task == low) break;
    Say(task, Report::kSucceeded);
    Pass(60'000);
  }
  EXPECT_LE(others, 61);
  EXPECT_EQ(StateOf(low), TaskState::kClaimed);
}

TEST_F(TaskClaim, ATaskGoesToWhoeverHasItsCapability) {
  Start(Topology::kStar);
  const auto plain = Spawn();
  const auto rust = Spawn("coder", {"go", "rust"});
  const auto task = Make("unsafe", Priority::kMedium, "rust");
  const auto turned_away = TryClaim(plain);
  ASSERT_TRUE(turned_away);
  EXPECT_THAT(turned_away->why_not, HasSubstr("capability \"rust\""));
  EXPECT_EQ(ClaimFor(rust), task);
}

TEST_F(TaskClaim, AnAgentWorksOnOneTaskAndGetsItAgain) {
  Start(Topology::kMesh);
  const auto agent = Spawn();
  const auto task = Make("a");
  const auto other = Make("b");
  EXPECT_EQ(ClaimFor(agent), task);
  const auto again = TryClaim(agent);
  ASSERT_TRUE(again && again->task);
  EXPECT_TRUE(again->resumed);
  EXPECT_EQ(again->task->epoch, 1);
  const auto more = TryClaim(agent, other);
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message, HasSubstr("finish it, or give it back"));
}

TEST_F(TaskClaim, AClaimWhoseTimeIsOverIsAnothersWithAHigherEpoch) {
  Start(Topology::kStar);
  const auto stalled = Spawn();
  const auto other = Spawn();
  const auto task = Make("a");
  EXPECT_EQ(ClaimFor(stalled), task);
  Pass(limits::kClaimMs - 1);
  EXPECT_EQ(ClaimFor(other), 0);
  Pass(1);
  EXPECT_EQ(ClaimFor(other), 0);  // a failed attempt: the next one waits
  Pass(limits::kBackoffMs);
  EXPECT_EQ(ClaimFor(other), task);
  EXPECT_EQ(TaskOf(task).epoch, 2);
  const auto late = TryReport(task, Report::kSucceeded, 1);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kConflict);
  EXPECT_THAT(late.error().message, HasSubstr(Id(other)));
}

TEST_F(TaskClaim, ProgressKeepsAClaim) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  const auto task = Make("a");
  EXPECT_EQ(ClaimFor(agent), task);
  for (int i = 0; i < 3; ++i) {
    Pass(limits::kClaimMs - 1);
    Say(task, Report::kProgress);
  }
  EXPECT_EQ(StateOf(task), TaskState::kClaimed);
}

TEST_F(TaskClaim, WhatNobodyClaimsSaysWhyThereIsNothing) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  EXPECT_THAT(TryClaim(agent)->why_not, HasSubstr("task_orchestrate"));
  Make("a");
  EXPECT_NE(ClaimFor(agent), 0);
  EXPECT_THAT(TryClaim(Spawn())->why_not, HasSubstr("others are at work"));
}

TEST_F(TaskClaim, AfterFailuresInARowThereIsNoWorkAndThenATrial) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  for (int i = 0; i < limits::kBreakerFailures; ++i) {
    const auto task = Make("fails", Priority::kMedium, "", {}, 1);
    ASSERT_EQ(ClaimFor(agent), task);
    Say(task, Report::kFailed);
  }
  const auto next = Make("next");
  const auto refused = TryClaim(agent);
  ASSERT_TRUE(refused);
  EXPECT_FALSE(refused->task);
  EXPECT_THAT(refused->why_not, HasSubstr("3 tasks in a row"));
  EXPECT_EQ(AgentOf(agent).breaker.state(now_.wall_ms), BreakerState::kOpen);
  Pass(limits::kBreakerMs);
  EXPECT_EQ(AgentOf(agent).breaker.state(now_.wall_ms), BreakerState::kHalfOpen);
  EXPECT_EQ(ClaimFor(agent), next);
  Say(next, Report::kSucceeded);
  EXPECT_EQ(AgentOf(agent).breaker.state(now_.wall_ms), BreakerState::kClosed);
}

// --- Topologies ------------------------------------------------------------------------------

TEST_F(TaskClaim, MeshFillsItsQueuesEvenlyAndTakesFromTheLongestWhenItsOwnIsEmpty) {
  Start(Topology::kMesh);
  const auto one = Spawn();
  const auto two = Spawn();
  for (int i = 0; i < 4; ++i) Make("t" + std::to_string(i));
  for (int i = 0; i < 2; ++i) {
    const auto task = ClaimFor(one);
    EXPECT_EQ(TaskOf(task).title, i == 0 ? "t0" : "t2");  // its own
    Say(task, Report::kSucceeded);
  }
  const auto stolen = ClaimFor(one);
  EXPECT_EQ(TaskOf(stolen).title, "t1");
  EXPECT_EQ(TaskOf(ClaimFor(two)).title, "t3");
}

TEST_F(TaskClaim, HierarchyGivesWorkToALeadAndOnlyThatTeamGetsIt) {
  Start(Topology::kHierarchical);
  const auto boss = Spawn("coordinator");
  const auto lead_a = Spawn("architect");
  const auto lead_b = Spawn("architect");
  const auto under_a = Spawn("coder", {"c++"}, Id(lead_a));
  const auto under_b = Spawn("coder", {"rust"}, Id(lead_b));
  const auto task = Make("unsafe", Priority::kMedium, "rust");
  EXPECT_EQ(TaskOf(task).queue, lead_b);
  EXPECT_EQ(ClaimFor(under_a), 0);
  const auto refused = TryClaim(Spawn("coder", {"rust"}, Id(lead_a)), task);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("given to lead " + Id(lead_b)));
  EXPECT_EQ(ClaimFor(under_b), task);
  // A failure goes up: the next attempt is made a level higher.
  Say(task, Report::kFailed);
  EXPECT_EQ(TaskOf(task).queue, boss);
}

TEST_F(TaskClaim, RingPassesATaskFromEachAgentToItsSuccessor) {
  Start(Topology::kRing);
  const std::int64_t ring[] = {Spawn(), Spawn(), Spawn()};
  const auto task = Make("a");
  for (const auto agent : ring) {
    for (const auto other : ring) {
      if (other == agent) continue;
      EXPECT_EQ(ClaimFor(other), 0);
    }
    EXPECT_EQ(ClaimFor(agent), task);
    Say(task, Report::kSucceeded, "stage of " + Id(agent));
  }
  EXPECT_EQ(StateOf(task), TaskState::kSucceeded);
  EXPECT_EQ(TaskResult(*database_, task), "stage of " + Id(ring[2]));
  EXPECT_EQ(TaskOf(task).epoch, 3);
}

TEST_F(TaskClaim, StarHasOneQueueForAll) {
  Start(Topology::kStar);
  Spawn("coordinator");
  const auto task = Make("a");
  EXPECT_EQ(TaskOf(task).queue, 0);
  EXPECT_EQ(ClaimFor(Spawn()), task);
}

// --- Agents that leave -------------------------------------------------------------------------

TEST_F(TaskClaim, WhatAnAgentHeldIsOthersOnceItHasGone) {
  for (const Topology topology : {Topology::kStar, Topology::kMesh, Topology::kRing}) {
    Start(topology);
    const auto leaves = Spawn();
    const auto stays = Spawn();
    const auto held = Make("held");
    ASSERT_EQ(ClaimFor(leaves), held);
    static constexpr store::Sql kOffline{"UPDATE agents SET state = 'offline' WHERE id = ?1"};
    database_->Execute(kOffline, leaves);
    ReleaseAgent(*database_, leaves, now_);
    EXPECT_EQ(ClaimFor(stays), held) << static_cast<int>(topology);
    EXPECT_EQ(TaskOf(held).epoch, 2);
    EXPECT_EQ(TaskOf(held).attempts, 1);
    EXPECT_FALSE(TryReport(held, Report::kSucceeded, 1));
  }
}

TEST_F(TaskClaim, WhatEndsEveryAgentThatWorksOnItIsGivenUp) {
  Start(Topology::kStar);
  const auto task = Make("crashes");
  for (std::int64_t i = 0; i < limits::kMaxAbandoned; ++i) {
    const auto agent = Spawn();
    ASSERT_EQ(ClaimFor(agent), task) << i;
    TakeOffline(*database_, std::span(&agent, 1), now_);
  }
  EXPECT_EQ(StateOf(task), TaskState::kFailed);
  EXPECT_THAT(TaskOf(task).note.value_or(""), HasSubstr("10 agents"));
}

TEST_F(TaskClaim, WhoGoesOfflineLeavesPlaceLeasesAndQueueToOthers) {
  Start(Topology::kMesh, 2);
  const std::int64_t agents[] = {Spawn(), Spawn()};
  for (int i = 0; i < 4; ++i) Make("t");
  TakeOffline(*database_, std::span(agents, 1), now_);
  TakeOffline(*database_, std::span(agents, 1), now_);  // a second time changes nothing
  Refresh();
  EXPECT_EQ(swarm_.alive_agents, 1);
  EXPECT_NE(Spawn(), 0);
  for (int i = 0; i < 4; ++i) {
    const auto task = ClaimFor(agents[1]);
    ASSERT_NE(task, 0);
    Say(task, Report::kSucceeded);
  }
}

}  // namespace
}  // namespace skep::swarm
