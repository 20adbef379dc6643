#include "swarm/agent_metrics.h"

#include <gtest/gtest.h>

#include <vector>

#include "swarm/lease.h"
#include "swarm/message.h"
#include "swarm/session.h"
#include "swarm/swarm_fixture.h"
#include "swarm/task_flow.h"

namespace skep::swarm {
namespace {

class MeasureAgentsTest : public SwarmFixture {
 protected:
  AgentFigures Measure(std::int64_t agent) {
    MeasuredAgents measured = MeasureAgents(*database_, swarm_, {AgentOf(agent)}, now_);
    return measured.agents.at(0);
  }
};

TEST_F(MeasureAgentsTest, OneThatHasDoneNothingHasNoFiguresOfWork) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  Pass(1000);
  const AgentFigures figures = Measure(ada);
  EXPECT_EQ(figures.claims, 0);
  EXPECT_EQ(figures.messages_sent, 0);
  EXPECT_FALSE(figures.success_rate());
  EXPECT_FALSE(figures.attempts_ms);
  EXPECT_EQ(figures.usage.records, 0);
  EXPECT_EQ(figures.there_ms, 1000);
  EXPECT_EQ(figures.busy_share(), 0.0);
  EXPECT_FALSE(figures.span_ms);
  EXPECT_FALSE(figures.busy_share_of_span());
}

TEST_F(MeasureAgentsTest, EachEndOfAClaimIsCounted) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  for (const char* title : {"good", "bad", "back", "lost"}) Make(title, Priority::kMedium, "", {}, 1);
  Say(ClaimFor(ada), Report::kSucceeded);
  Say(ClaimFor(ada), Report::kFailed);
  Say(ClaimFor(ada), Report::kReleased);
  ASSERT_NE(ClaimFor(ada), 0);
  Pass(limits::kClaimMs + 1);
  MoveDueTasks(*database_, now_);
  ASSERT_NE(ClaimFor(ada), 0);
  TakeOffline(*database_, std::vector{ada}, now_);

  const AgentFigures figures = Measure(ada);
  EXPECT_EQ(figures.claims, 5);
  EXPECT_EQ(figures.agent.succeeded, 1);
  EXPECT_EQ(figures.agent.failed, 2);
  EXPECT_EQ(figures.timed_out, 1);
  EXPECT_EQ(figures.released, 1);
  EXPECT_EQ(figures.abandoned, 1);
  ASSERT_TRUE(figures.success_rate());
  EXPECT_DOUBLE_EQ(*figures.success_rate(), 1.0 / 3);
}

TEST_F(MeasureAgentsTest, TimeOfWorkAndOfWaiting) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  const std::int64_t bob = Spawn();
  Make("one");
  Make("two");
  Make("three");
  Pass(10);
  const std::int64_t one = ClaimFor(ada);
  Pass(20);
  Say(one, Report::kSucceeded);
  const std::int64_t two = ClaimFor(ada);
  Pass(40);
  Say(two, Report::kSucceeded);
  ASSERT_NE(ClaimFor(ada), 0);
  Pass(30);

  const AgentFigures figures = Measure(ada);
  EXPECT_EQ(figures.tasks, 2);
  ASSERT_TRUE(figures.attempts_ms);
  EXPECT_EQ(figures.attempts_ms->p50, 20);
  EXPECT_EQ(figures.attempts_ms->most, 40);
  EXPECT_EQ(figures.queue_wait_ms->p50, 10);
  EXPECT_EQ(figures.queue_wait_ms->most, 30);
  // With the one under way.
  EXPECT_EQ(figures.busy_ms, 90);
  EXPECT_EQ(figures.there_ms, 100);
  EXPECT_DOUBLE_EQ(*figures.busy_share(), 0.9);
  EXPECT_EQ(figures.span_ms, 90);
  EXPECT_DOUBLE_EQ(*figures.busy_share_of_span(), 1);

  const MeasuredAgents both = MeasureAgents(*database_, swarm_, {AgentOf(ada), AgentOf(bob)}, now_);
  EXPECT_EQ(both.tasks_looked_at, 2);
  EXPECT_EQ(both.agents.at(0).tasks, 2);
  EXPECT_EQ(both.agents.at(1).tasks, 0);
  EXPECT_FALSE(both.agents[1].attempts_ms);
}

TEST_F(MeasureAgentsTest, ItsSpanEndsWithTheLastEndAndWhatItGaveBackWasNoWork) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  Make("one");
  Pass(1000);
  const std::int64_t task = ClaimFor(ada);
  Pass(30);
  Say(task, Report::kReleased);
  Pass(40);
  ASSERT_EQ(ClaimFor(ada), task);
  Pass(30);
  Say(task, Report::kFailed);
  Pass(5000);
  const AgentFigures figures = Measure(ada);
  EXPECT_EQ(figures.span_ms, 100);
  EXPECT_EQ(figures.busy_in_span_ms, 30);
  EXPECT_EQ(figures.attempts_ms->count, 1);
  EXPECT_DOUBLE_EQ(*figures.busy_share_of_span(), 0.3);
  EXPECT_DOUBLE_EQ(*figures.busy_share(), 30.0 / 6100);
}

TEST_F(MeasureAgentsTest, UsageIsTheReportersOwnWhoeverEndedTheTask) {
  Start(Topology::kStar);
  const std::int64_t yan = Spawn();
  const std::int64_t zoe = Spawn();
  const std::int64_t task = Make("hard");
  const auto report = [&](std::int64_t agent, Report how, std::int64_t tokens) {
    ASSERT_EQ(ClaimFor(agent), task);
    ASSERT_TRUE(UpdateTask(*database_,
                           {.task = task,
                            .epoch = TaskOf(task).epoch,
                            .report = how,
                            .result = {},
                            .note = {},
                            .usage = {.input_tokens = tokens, .output_tokens = {}, .cost_usd = {}}},
                           now_));
  };
  report(yan, Report::kFailed, 900);
  Pass(limits::kMaxBackoffMs);
  report(zoe, Report::kSucceeded, 100);
  EXPECT_EQ(Measure(yan).usage.figures.input_tokens, 900);
  EXPECT_EQ(Measure(yan).usage.records, 1);
  EXPECT_EQ(Measure(zoe).usage.figures.input_tokens, 100);
  EXPECT_FALSE(Measure(zoe).usage.figures.cost_usd);
}

TEST_F(MeasureAgentsTest, MessagesAndLeases) {
  Start(Topology::kMesh);
  const std::int64_t ada = Spawn();
  const std::int64_t bob = Spawn();
  Spawn();
  const Letter letter{.thread = "", .subject = "", .body = "hi"};
  ASSERT_TRUE(SendMessage(*database_, swarm_, AgentOf(ada), Id(bob), letter, now_.wall_ms));
  ASSERT_TRUE(SendMessage(*database_, swarm_, AgentOf(ada), "all", letter, now_.wall_ms));
  static constexpr std::string_view kPaths[] = {"a"};
  ASSERT_TRUE(AcquireLeases(*database_, AgentOf(bob),
                            {.paths = kPaths, .mode = LeaseMode::kExclusive, .ttl_s = 10, .root = "/p"}, now_));
  EXPECT_EQ(Measure(ada).messages_sent, 2);
  EXPECT_EQ(Measure(bob).unread, 2);
  EXPECT_EQ(Measure(bob).leases, 1);
  Pass(10'001);
  EXPECT_EQ(Measure(bob).leases, 0);
}

TEST_F(MeasureAgentsTest, OneThatIsOfflineWasThereUntilItsSessionEnded) {
  Start(Topology::kStar);
  const std::int64_t process = OpenProcess(*database_, "token", 1, 1, now_);
  const std::int64_t session = OpenSession(*database_, process, 1, {}, now_);
  const std::int64_t ada = Spawn();
  Agent agent = AgentOf(ada);
  ASSERT_TRUE(BindAgent(*database_, swarm_, agent, session, now_.wall_ms));
  Pass(500);
  CloseSession(*database_, session, now_);
  Pass(5000);
  EXPECT_EQ(Measure(ada).there_ms, 500);

  const std::int64_t bob = Spawn();
  TakeOffline(*database_, std::vector{bob}, now_);
  EXPECT_FALSE(Measure(bob).there_ms) << "nobody noted when";
  EXPECT_FALSE(Measure(bob).busy_share());
}

TEST_F(MeasureAgentsTest, WhatIsOlderThanACountHasNone) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  static constexpr store::Sql kOld{"UPDATE agents SET claims = NULL, messages_sent = NULL"};
  database_->Execute(kOld);
  Make("one");
  Say(ClaimFor(ada), Report::kSucceeded);
  EXPECT_FALSE(Measure(ada).claims);
  EXPECT_FALSE(Measure(ada).messages_sent);
  EXPECT_EQ(Measure(ada).released, 0);
}

}  // namespace
}  // namespace skep::swarm
