#include "metrics/task_figures.h"

#include <gtest/gtest.h>

#include <optional>
#include <string_view>

#include "base/id.h"
#include "metrics/metrics_fixture.h"
#include "swarm/agent.h"
#include "swarm/claim.h"
#include "swarm/swarm.h"
#include "swarm/task_graph.h"
#include "swarm/task_update.h"

namespace skep::metrics {
namespace {

using swarm::Report;
using swarm::Topology;

class FinishedTasks : public MetricsFixture {
 protected:
  void SetUp() override {
    MetricsFixture::SetUp();
    swarm_ = *swarm::CreateSwarm(
        *database_, {.topology = Topology::kStar, .max_agents = 9, .name = "", .objective = ""}, now_.wall_ms);
  }
  std::int64_t Spawn(std::string_view type) {
    const std::int64_t agent =
        swarm::SpawnAgent(*database_, swarm_, {.type = type, .name = "", .capabilities = {}, .parent = ""},
                          now_.wall_ms)
            ->number;
    swarm_ = *swarm::FindSwarm(*database_, swarm_.id());
    return agent;
  }
  void Make(std::string_view title) {
    ASSERT_TRUE(swarm::Orchestrate(*database_, swarm_, {.title = title, .body = "", .max_attempts = 2}, {},
                                   swarm::Orchestration::kParallel, now_));
  }
  swarm::Task Claim(std::int64_t agent) {
    const auto who = swarm::FindAgent(*database_, swarm_, FormatId("ag", agent));
    return *swarm::ClaimTask(*database_, swarm_, *who, std::nullopt, now_)->task;
  }
  void Say(const swarm::Task& task, Report report) {
    ASSERT_TRUE(swarm::UpdateTask(*database_, {.task = task.number, .epoch = task.epoch, .report = report}, now_));
  }
  void Pass(std::int64_t ms) { now_.wall_ms += ms, now_.boot_ms += ms; }
  TaskReport All(std::int64_t limit = 100) {
    return ReportTasks(*database_, std::nullopt, kHour0, now_.wall_ms + 1, limit);
  }

  Moment now_{.wall_ms = kHour0, .boot_ms = 1'000'000};
  swarm::Swarm swarm_;
};

TEST_F(FinishedTasks, TheirTimesAreWhatHasPassed) {
  const auto coder = Spawn("coder");
  const auto tester = Spawn("tester");
  Make("one");
  Make("two");
  Pass(100);
  const auto one = Claim(coder);
  Pass(50);
  const auto two = Claim(tester);
  Pass(400);
  Say(one, Report::kSucceeded);
  Pass(200);
  Say(two, Report::kSucceeded);

  const TaskReport report = All();
  const TaskFigures& all = report.all;
  EXPECT_EQ(all.succeeded, 2);
  EXPECT_EQ(all.queue.total(), 100 + 150);
  EXPECT_EQ(all.work.total(), 450 + 600);
  EXPECT_EQ(all.work.most(), 600);
  EXPECT_EQ(all.lead.total(), 550 + 750);
  EXPECT_EQ(all.busy_ms, 650);
  EXPECT_EQ(all.span_ms, 650);
  EXPECT_DOUBLE_EQ(*all.speed_up(), 1050.0 / 650);
  EXPECT_EQ(all.success_rate(), 1);
  ASSERT_EQ(report.agents.size(), 2);
  EXPECT_EQ(report.agents[0].name, FormatId("ag", tester));
  EXPECT_EQ(report.types[1].name, "coder");
  EXPECT_EQ(report.types[1].figures.work.total(), 450);
  ASSERT_EQ(report.topologies.size(), 1);
  EXPECT_EQ(report.topologies[0].name, "star");
}

TEST_F(FinishedTasks, TimesInWhichNothingWasDoneAreNotBusy) {
  const auto agent = Spawn("coder");
  for (int i = 0; i < 2; ++i) {
    Make("task");
    const auto task = Claim(agent);
    Pass(300);
    Say(task, Report::kSucceeded);
    Pass(1000);
  }
  const TaskFigures all = All().all;
  EXPECT_EQ(all.busy_ms, 600);
  EXPECT_EQ(all.span_ms, 1600);
  EXPECT_DOUBLE_EQ(*all.speed_up(), 1);
}

TEST_F(FinishedTasks, ASecondAttemptCountsAsOne) {
  const auto agent = Spawn("coder");
  Make("hard");
  Say(Claim(agent), Report::kFailed);
  Pass(10'000);
  Say(Claim(agent), Report::kSucceeded);
  EXPECT_EQ(All().all.succeeded, 1);
  EXPECT_EQ(All().all.retried, 1);
}

TEST_F(FinishedTasks, WhoFailedIsToldThoughAnotherSucceeded) {
  const auto bob = Spawn("coder");
  const auto dee = Spawn("tester");
  Make("hard");
  Say(Claim(bob), Report::kFailed);
  Pass(10'000);
  Say(Claim(dee), Report::kSucceeded);
  const TaskReport report = All();
  EXPECT_EQ(report.all.failed, 0);
  EXPECT_EQ(report.all.failed_attempts, 1);
  ASSERT_EQ(report.agents.size(), 2);
  EXPECT_EQ(report.agents[0].name, FormatId("ag", bob));
  EXPECT_EQ(report.agents[0].figures.failed_attempts, 1);
  EXPECT_EQ(report.agents[0].figures.failed, 0);
  EXPECT_EQ(report.agents[0].figures.work.count(), 0U);
  EXPECT_EQ(report.agents[0].called, swarm::FindAgent(*database_, swarm_, FormatId("ag", bob))->name);
  EXPECT_EQ(report.agents[1].figures.failed_attempts, 0);
  EXPECT_EQ(report.types[0].name, "coder");
  EXPECT_EQ(report.types[0].figures.failed_attempts, 1);
  EXPECT_EQ(report.topologies.at(0).figures.failed_attempts, 1);
  EXPECT_EQ(ReportTasks(*database_, swarm_, kHour0 + 1, now_.wall_ms + 1, 10).all.failed_attempts, 0);
}

TEST_F(FinishedTasks, ACancelledOneIsNobodysFailure) {
  Make("vain");
  const auto task = *swarm::ReadTask(*database_, 1);
  ASSERT_TRUE(swarm::UpdateTask(*database_, {.task = task.number, .report = Report::kCancelled}, now_));
  EXPECT_EQ(All().all.cancelled, 1);
  EXPECT_EQ(All().all.success_rate(), std::nullopt);
  EXPECT_EQ(All().all.speed_up(), std::nullopt);
}

TEST_F(FinishedTasks, BeyondTheBoundTheOldestAreLeftOutAndItSaysSo) {
  const auto agent = Spawn("coder");
  for (int i = 0; i < 5; ++i) {
    Make("task");
    const auto task = Claim(agent);
    Pass(100);
    Say(task, Report::kSucceeded);
  }
  const TaskReport report = All(3);
  EXPECT_EQ(report.looked_at, 3);
  EXPECT_EQ(report.all.succeeded, 3);
  EXPECT_EQ(report.since_ms, kHour0 + 200);
}

TEST_F(FinishedTasks, OnlyThoseOfThePeriodAndSwarmAreLookedAt) {
  const auto agent = Spawn("coder");
  Make("early");
  Say(Claim(agent), Report::kSucceeded);
  Pass(5000);
  Make("late");
  Say(Claim(agent), Report::kSucceeded);
  EXPECT_EQ(ReportTasks(*database_, swarm_, kHour0 + 1, now_.wall_ms + 1, 10).all.succeeded, 1);
  swarm::Swarm other = swarm_;
  other.number = 99;
  EXPECT_EQ(ReportTasks(*database_, other, kHour0, now_.wall_ms + 1, 10).all.succeeded, 0);
}

}  // namespace
}  // namespace skep::metrics
