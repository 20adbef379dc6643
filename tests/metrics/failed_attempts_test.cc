#include "metrics/failed_attempts.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "swarm/swarm_fixture.h"
#include "swarm/task_flow.h"

namespace skep::metrics {
namespace {

using swarm::Priority;
using swarm::Report;

class FailedAttempts : public swarm::SwarmFixture {
 protected:
  void SetUp() override {
    SwarmFixture::SetUp();
    Start(swarm::Topology::kStar);
    ada_ = Spawn();
    bob_ = Spawn();
  }
  std::int64_t Fail(std::int64_t agent, std::optional<std::string_view> note) {
    const std::int64_t task = ClaimFor(agent);
    EXPECT_TRUE(swarm::UpdateTask(
        *database_,
        {.task = task, .epoch = TaskOf(task).epoch, .report = Report::kFailed, .result = {}, .note = note, .usage = {}},
        now_));
    return task;
  }
  std::string NameOf(std::int64_t agent) { return AgentOf(agent).name + " (" + Id(agent) + ")"; }
  AttemptReport All() { return ReportFailedAttempts(*database_, 0); }

  std::int64_t ada_ = 0;
  std::int64_t bob_ = 0;
};

TEST_F(FailedAttempts, AreGroupedByWhatWasSaidOfThemThoughTheTaskSucceededLater) {
  Make("one");
  Make("two");
  const std::int64_t one = Fail(ada_, "compiler said: undefined symbol foo_1 at line 17");
  const std::int64_t two = Fail(bob_, "compiler said: undefined symbol foo_1 at line 20");
  Pass(limits::kMaxBackoffMs);
  Say(ClaimFor(bob_), Report::kSucceeded);
  ASSERT_EQ(Fail(bob_, "compiler said: undefined symbol foo_1 at line 3"), two);
  const AttemptReport report = All();
  EXPECT_EQ(report.attempts, 3);
  EXPECT_FALSE(report.more);
  ASSERT_EQ(report.groups.size(), 1U);
  const AttemptGroup& group = report.groups[0];
  EXPECT_EQ(group.signature, "compiler said: undefined symbol foo_# at line #");
  EXPECT_EQ(group.message, "compiler said: undefined symbol foo_1 at line 3");
  EXPECT_EQ(group.count, 3);
  EXPECT_EQ(group.last_ms, now_.wall_ms);
  EXPECT_EQ(group.first_ms, now_.wall_ms - limits::kMaxBackoffMs);
  ASSERT_EQ(group.agents.size(), 2U);
  EXPECT_EQ(group.agents[0].name, NameOf(bob_));
  EXPECT_EQ(group.agents[0].count, 2);
  EXPECT_EQ(group.agents[1].name, NameOf(ada_));
  ASSERT_EQ(group.tasks.size(), 2U);
  EXPECT_EQ(group.tasks[0].name, swarm::TaskId(two));
  EXPECT_EQ(group.tasks[1].name, swarm::TaskId(one));
}

TEST_F(FailedAttempts, OneWithoutANoteAndOneThatTimedOutCountToo) {
  Make("one");
  Make("two");
  Fail(ada_, {});
  ASSERT_NE(ClaimFor(ada_), 0);
  Pass(limits::kClaimMs + 1);
  swarm::MoveDueTasks(*database_, now_);
  const AttemptReport report = All();
  ASSERT_EQ(report.groups.size(), 2U);
  EXPECT_EQ(report.groups[0].signature, AttemptGroup::kUnexplained);
  EXPECT_EQ(report.groups[1].signature, "no word from its agent");
}

TEST_F(FailedAttempts, OnlyThoseOfThePeriodAndNoWholesOrProgress) {
  Make("one", Priority::kMedium, "", {}, 1);
  Fail(ada_, "early");
  Pass(1000);
  const swarm::TaskRequest part[] = {{.title = "a", .body = "", .required = "", .dependencies = {}, .max_attempts = 1}};
  ASSERT_TRUE(swarm::Orchestrate(*database_, swarm_, {.title = "whole", .body = "", .required = "", .dependencies = {}},
                                 part, swarm::Orchestration::kParallel, now_));
  Fail(bob_, "late, password=hunter2");
  const AttemptReport report = ReportFailedAttempts(*database_, now_.wall_ms);
  ASSERT_EQ(report.attempts, 1);
  EXPECT_EQ(report.groups[0].signature, "late, password=…");
  EXPECT_EQ(report.groups[0].message, "late, password=…");
}

TEST_F(FailedAttempts, BeyondTheBoundTheOldestAreLeftOutAndItSaysSo) {
  static constexpr store::Sql kMany{
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      "INSERT INTO task_events (task, at_ms, agent, event, epoch, detail) SELECT ?2, i, ?3, 'failed', 1, 'x' FROM n"};
  database_->Execute(kMany, kMaxFailedAttempts + 1, Make("one"), ada_);
  const AttemptReport report = All();
  EXPECT_TRUE(report.more);
  EXPECT_EQ(report.attempts, kMaxFailedAttempts);
  EXPECT_EQ(report.groups.at(0).first_ms, 2);
}

}  // namespace
}  // namespace skep::metrics
