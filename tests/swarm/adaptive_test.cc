#include "swarm/adaptive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "swarm/swarm_fixture.h"

namespace skep::swarm {
namespace {

using testing::HasSubstr;

/// A swarm in which nothing calls for a change.
SwarmFigures Calm() {
  return {.claimed = 40,
          .wait_s = 0.1,
          .finished = 40,
          .failure_rate = 0.05,
          .agents = 4,
          .utilisation = 0.75,
          .has_leads = true};
}

TEST(JudgeTopology, StaysWhileNothingIsWrongAndWhileLittleIsKnown) {
  for (const Topology mode : {Topology::kMesh, Topology::kStar}) EXPECT_FALSE(JudgeTopology(mode, Calm()));
  EXPECT_FALSE(JudgeTopology(Topology::kMesh, {}));
  SwarmFigures few = Calm();
  few.failure_rate = 1;
  few.finished = 3;
  EXPECT_FALSE(JudgeTopology(Topology::kMesh, few));
}

TEST(JudgeTopology, ManyFailuresCallForLeadsIfThereAreAny) {
  SwarmFigures failing = Calm();
  failing.failure_rate = 0.4;
  const auto change = JudgeTopology(Topology::kMesh, failing);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->to, Topology::kHierarchical);
  EXPECT_THAT(change->reason, HasSubstr("failure rate 40 % of 40 attempts"));
  failing.has_leads = false;
  EXPECT_FALSE(JudgeTopology(Topology::kMesh, failing));
}

TEST(JudgeTopology, WhatMakesItChangeOverIsFarFromWhatMakesItChangeBack) {
  for (int percent = 0; percent <= 100; ++percent) {
    SwarmFigures figures = Calm();
    figures.failure_rate = percent / 100.0;
    const auto there = JudgeTopology(Topology::kMesh, figures);
    const auto back = JudgeTopology(Topology::kHierarchical, figures);
    EXPECT_FALSE(there && back) << percent;
  }
  for (int percent = 0; percent <= 100; ++percent) {
    SwarmFigures figures = Calm();
    figures.wait_s = 10;
    figures.utilisation = percent / 100.0;
    EXPECT_FALSE(JudgeTopology(Topology::kMesh, figures) && JudgeTopology(Topology::kStar, figures)) << percent;
  }
}

class Adaptive : public SwarmFixture {
 protected:
  void Look() {
    Refresh();
    Adapt(*database_, swarm_, now_.wall_ms);
  }
};

TEST_F(Adaptive, WorkThatWaitsWhileAgentsAreIdleMakesItAStarAndThatIsRecordedWithItsFigures) {
  Start(Topology::kAdaptive);
  EXPECT_EQ(swarm_.wiring(), Topology::kMesh);
  const auto agent = Spawn();
  Spawn();
  for (int i = 0; i < 30; ++i) {
    const auto task = Make("t");
    Pass(3000);
    ASSERT_EQ(ClaimFor(agent), task);
    Say(task, Report::kSucceeded);
  }
  const auto waiting = Make("lies in a queue");
  Look();
  EXPECT_EQ(swarm_.mode, Topology::kStar);
  EXPECT_EQ(TaskOf(waiting).queue, 0);
  const auto changes = TopologyChanges(*database_, swarm_, 10);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].from, Topology::kMesh);
  EXPECT_THAT(changes[0].reason, HasSubstr("queue wait 3.0 s over 30 tasks, utilisation 0 % of 2 agents"));
}

TEST_F(Adaptive, LooksSeldomAndStaysAWhile) {
  Start(Topology::kAdaptive);
  Look();
  const auto looked = swarm_.looked_ms;
  Pass(limits::kAdaptEveryMs - 1);
  Look();
  EXPECT_EQ(swarm_.looked_ms, looked);
  Pass(1);
  Look();
  EXPECT_EQ(swarm_.looked_ms, now_.wall_ms);
}

TEST_F(Adaptive, AnotherTopologyNeverChanges) {
  Start(Topology::kRing);
  Pass(limits::kAdaptEveryMs);
  Look();
  EXPECT_EQ(swarm_.wiring(), Topology::kRing);
  EXPECT_EQ(swarm_.looked_ms, 0);
}

}  // namespace
}  // namespace skep::swarm
