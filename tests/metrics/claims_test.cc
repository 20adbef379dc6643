#include "metrics/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/id.h"
#include "metrics/metrics_fixture.h"
#include "swarm/agent.h"
#include "swarm/claim.h"
#include "swarm/task_flow.h"
#include "swarm/task_graph.h"
#include "swarm/task_update.h"

namespace skep::metrics {
namespace {

using swarm::Report;
using testing::SizeIs;

class ClaimsOfTasks : public MetricsFixture {
 protected:
  void SetUp() override {
    MetricsFixture::SetUp();
    swarm_ = MakeSwarm();
    agent_ = Spawn(swarm_, "ada");
  }
  swarm::Swarm MakeSwarm() {
    return *swarm::CreateSwarm(
        *database_, {.topology = swarm::Topology::kStar, .max_agents = 9, .name = "", .objective = ""}, now_.wall_ms);
  }
  std::string Spawn(swarm::Swarm& swarm, std::string_view name) {
    const auto agent = *swarm::SpawnAgent(
        *database_, swarm, {.type = "coder", .name = name, .capabilities = {}, .parent = ""}, now_.wall_ms);
    swarm = *swarm::FindSwarm(*database_, swarm.id());
    return agent.id();
  }
  void Make(const swarm::Swarm& swarm, std::string_view title) {
    ASSERT_TRUE(swarm::Orchestrate(*database_, swarm, {.title = title, .body = "", .max_attempts = 3}, {},
                                   swarm::Orchestration::kParallel, now_));
  }
  swarm::Task Claim(const swarm::Swarm& swarm, const std::string& agent) {
    const auto who = swarm::FindAgent(*database_, swarm, agent);
    return *swarm::ClaimTask(*database_, swarm, *who, std::nullopt, now_)->task;
  }
  void Say(const swarm::Task& task, Report report) {
    ASSERT_TRUE(swarm::UpdateTask(*database_, {.task = task.number, .epoch = task.epoch, .report = report}, now_));
  }
  void Pass(std::int64_t ms) { now_.wall_ms += ms, now_.boot_ms += ms; }
  Claims Read(std::size_t limit = 100) { return ReadClaims(*database_, std::nullopt, kHour0, now_.wall_ms, limit); }

  Moment now_{.wall_ms = kHour0, .boot_ms = 1'000'000};
  swarm::Swarm swarm_;
  std::string agent_;
};

TEST_F(ClaimsOfTasks, EachAttemptIsOneWithItsEnd) {
  Make(swarm_, "twice");
  Pass(10);
  Say(Claim(swarm_, agent_), Report::kProgress);
  Pass(90);
  Say(*swarm::ReadTask(*database_, 1), Report::kReleased);
  Pass(50);
  const auto task = Claim(swarm_, agent_);
  Pass(200);
  Say(task, Report::kSucceeded);
  Pass(1000);
  const Claims read = Read();
  ASSERT_THAT(read.claims, SizeIs(2));
  EXPECT_EQ(read.claims[0].begin_ms, kHour0 + 10);
  EXPECT_EQ(read.claims[0].end_ms, kHour0 + 100);
  EXPECT_EQ(read.claims[0].end, ClaimEnd::kReleased);
  EXPECT_EQ(read.claims[0].agent_name, "ada");
  EXPECT_EQ(read.claims[0].title, "twice");
  EXPECT_EQ(read.claims[1].begin_ms, kHour0 + 150);
  EXPECT_EQ(read.claims[1].end_ms, kHour0 + 350);
  EXPECT_EQ(read.claims[1].end, ClaimEnd::kSucceeded);
  EXPECT_FALSE(read.more);
}

TEST_F(ClaimsOfTasks, AnOpenOneLastsUntilNow) {
  Make(swarm_, "open");
  Claim(swarm_, agent_);
  Pass(700);
  const Claims read = Read();
  ASSERT_THAT(read.claims, SizeIs(1));
  EXPECT_EQ(read.claims[0].end, ClaimEnd::kOpen);
  EXPECT_EQ(read.claims[0].end_ms, kHour0 + 700);
}

TEST_F(ClaimsOfTasks, OfAnAgentThatLeftAreAbandoned) {
  Make(swarm_, "left");
  Claim(swarm_, agent_);
  Pass(30);
  const std::int64_t number = *ParseId("ag", agent_);
  swarm::TakeOffline(*database_, {&number, 1}, now_);
  Pass(1000);
  const Claims read = Read();
  ASSERT_THAT(read.claims, SizeIs(1));
  EXPECT_EQ(read.claims[0].end, ClaimEnd::kAbandoned);
  EXPECT_EQ(read.claims[0].end_ms, kHour0 + 30);
}

TEST_F(ClaimsOfTasks, TheNewestAreKeptAndMoreIsSaid) {
  for (int i = 0; i < 5; ++i) {
    Make(swarm_, std::string("task ") + std::to_string(i));
    const auto task = Claim(swarm_, agent_);
    Pass(10);
    Say(task, Report::kSucceeded);
  }
  const Claims read = Read(2);
  ASSERT_THAT(read.claims, SizeIs(2));
  EXPECT_EQ(read.claims[0].title, "task 3");
  EXPECT_EQ(read.claims[1].title, "task 4");
  EXPECT_TRUE(read.more);
  EXPECT_FALSE(Read(5).more);
}

TEST_F(ClaimsOfTasks, OfOneSwarmOnlyAndOfThePeriodOnly) {
  swarm::Swarm other = MakeSwarm();
  const std::string bob = Spawn(other, "bob");
  Make(swarm_, "mine");
  Make(other, "theirs");
  Claim(swarm_, agent_);
  Claim(other, bob);
  Pass(10);
  const Claims read = ReadClaims(*database_, other, kHour0, now_.wall_ms, 100);
  ASSERT_THAT(read.claims, SizeIs(1));
  EXPECT_EQ(read.claims[0].title, "theirs");
  EXPECT_THAT(ReadClaims(*database_, std::nullopt, now_.wall_ms, now_.wall_ms + 1, 100).claims, SizeIs(0));
}

}  // namespace
}  // namespace skep::metrics
