#include "swarm/quality.h"

#include <gtest/gtest.h>

#include <vector>

#include "swarm/swarm_fixture.h"
#include "swarm/task_flow.h"

namespace skep::swarm {
namespace {

constexpr Criterion kAll[] = {Criterion::kSuccessRate, Criterion::kRetries, Criterion::kRework, Criterion::kLeadTime,
                              Criterion::kReviews};

class QualityTest : public SwarmFixture {
 protected:
  Quality OfTask(std::int64_t number) { return AssessTask(*database_, TaskOf(number)); }
  Quality OfAgent(std::int64_t number) { return AssessAgent(*database_, swarm_, AgentOf(number)); }
  Quality OfSwarm() { return AssessSwarm(*database_, swarm_); }

  /// Claims the next task, works on it for so long, and ends it.
  std::int64_t Do(std::int64_t agent, Report report, std::int64_t work_ms = 10) {
    const std::int64_t task = ClaimFor(agent);
    Pass(work_ms);
    Say(task, report);
    return task;
  }
};

TEST_F(QualityTest, NothingHasEndedSoThereIsNoData) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  const std::int64_t task = Make("one");
  ASSERT_EQ(ClaimFor(ada), task);
  for (const Quality& quality : {OfTask(task), OfAgent(ada), OfSwarm()}) {
    EXPECT_EQ(quality.ended, 0);
    for (const Criterion criterion : kAll) EXPECT_FALSE(ScoreOf(quality, criterion));
    EXPECT_FALSE(Combine(quality, kAll));
  }
}

TEST_F(QualityTest, SuccessIsCountedInTasksAndForAnAgentInAttempts) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  Make("one", Priority::kMedium, "", {}, 2);
  Make("two", Priority::kMedium, "", {}, 1);
  const std::int64_t one = Do(ada, Report::kFailed);
  Do(ada, Report::kFailed);
  Pass(limits::kMaxBackoffMs);
  ASSERT_EQ(Do(ada, Report::kSucceeded), one);

  const Quality swarm = OfSwarm();
  ASSERT_TRUE(swarm.success_rate);
  EXPECT_EQ(swarm.success_rate->succeeded, 1);
  EXPECT_EQ(swarm.success_rate->failed, 1);
  EXPECT_EQ(OfAgent(ada).success_rate->failed, 2);
  EXPECT_EQ(OfTask(one).success_rate->succeeded, 1);
  EXPECT_DOUBLE_EQ(ScoreOf(swarm, Criterion::kSuccessRate)->value, 0.5);
  EXPECT_EQ(ScoreOf(swarm, Criterion::kSuccessRate)->of, 2);
}

TEST_F(QualityTest, WhatWasCancelledIsNeither) {
  Start(Topology::kStar);
  const std::int64_t task = Make("one");
  ASSERT_TRUE(UpdateTask(
      *database_, {.task = task, .epoch = {}, .report = Report::kCancelled, .result = {}, .note = {}, .usage = {}},
      now_));
  const Quality quality = OfSwarm();
  EXPECT_EQ(quality.cancelled, 1);
  EXPECT_EQ(quality.ended, 0);
  EXPECT_FALSE(quality.success_rate);
}

TEST_F(QualityTest, RetriesAreAttemptsAndReworkIsClaimsAgainWithTheirReasons) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  const std::int64_t bob = Spawn();
  const std::int64_t hard = Make("hard", Priority::kCritical, "", {}, 5);
  Do(ada, Report::kReleased);
  Do(ada, Report::kFailed);
  Pass(limits::kMaxBackoffMs);
  ASSERT_EQ(ClaimFor(bob), hard);
  Pass(limits::kClaimMs + 1);
  MoveDueTasks(*database_, now_);
  Pass(limits::kMaxBackoffMs);
  ASSERT_EQ(ClaimFor(bob), hard);
  TakeOffline(*database_, std::vector{bob}, now_);
  ASSERT_EQ(Do(ada, Report::kSucceeded), hard);
  Make("easy");
  Do(ada, Report::kSucceeded);

  const Quality quality = OfSwarm();
  ASSERT_TRUE(quality.retries && quality.rework);
  EXPECT_EQ(quality.retries->tasks, 2);
  EXPECT_EQ(quality.retries->at_first_attempt, 1);
  EXPECT_EQ(quality.retries->retries, 2);
  EXPECT_EQ(quality.retries->most_attempts, 3);
  EXPECT_EQ(quality.rework->claimed_once, 1);
  EXPECT_EQ(quality.rework->claims_again, 4);
  EXPECT_EQ(quality.rework->histories, 1);
  EXPECT_EQ(quality.rework->after_failure, 1);
  EXPECT_EQ(quality.rework->after_release, 1);
  EXPECT_EQ(quality.rework->after_time_out, 1);
  EXPECT_EQ(quality.rework->after_abandonment, 1);
  EXPECT_DOUBLE_EQ(ScoreOf(quality, Criterion::kRetries)->value, 0.5);
  EXPECT_DOUBLE_EQ(ScoreOf(quality, Criterion::kRework)->value, 0.5);
}

TEST_F(QualityTest, TheStagesOfARingAreNoRework) {
  Start(Topology::kRing);
  const std::int64_t ada = Spawn();
  const std::int64_t bob = Spawn();
  const std::int64_t task = Make("round");
  ASSERT_EQ(Do(ada, Report::kSucceeded), task);
  ASSERT_EQ(Do(bob, Report::kSucceeded), task);
  ASSERT_EQ(StateOf(task), TaskState::kSucceeded);
  const Quality quality = OfTask(task);
  ASSERT_TRUE(quality.rework);
  EXPECT_EQ(quality.rework->claims_again, 0);
  EXPECT_EQ(quality.rework->claimed_once, 1);
}

TEST_F(QualityTest, LeadTimeIsFromMadeToSucceededFailedAttemptsAndAll) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  const std::int64_t task = Make("one");
  Pass(30);
  Do(ada, Report::kFailed, 60);
  Pass(limits::kMaxBackoffMs - 30);
  ASSERT_EQ(Do(ada, Report::kSucceeded, 40), task);
  for (const Quality& quality : {OfSwarm(), OfTask(task)}) {
    ASSERT_TRUE(quality.lead_time);
    EXPECT_EQ(quality.lead_time->lead_ms.p50, limits::kMaxBackoffMs + 100);
    EXPECT_EQ(quality.lead_time->work_ms.p50, 40);
    EXPECT_DOUBLE_EQ(ScoreOf(quality, Criterion::kLeadTime)->value,
                     40.0 / static_cast<double>(limits::kMaxBackoffMs + 100));
    EXPECT_EQ(ScoreOf(quality, Criterion::kLeadTime)->of, 1);
  }
}

TEST_F(QualityTest, LeadTimeIsWaitingAndWork) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  Make("one");
  Pass(30);
  Do(ada, Report::kSucceeded, 10);
  const Quality quality = OfSwarm();
  ASSERT_TRUE(quality.lead_time);
  EXPECT_EQ(quality.lead_time->lead_ms.p50, 40);
  EXPECT_EQ(quality.lead_time->wait_ms.p50, 30);
  EXPECT_EQ(quality.lead_time->work_ms.p50, 10);
  EXPECT_DOUBLE_EQ(ScoreOf(quality, Criterion::kLeadTime)->value, 0.25);
}

TEST_F(QualityTest, InARingTheWorkOfAllStagesIsWork) {
  Start(Topology::kRing);
  const std::int64_t ada = Spawn();
  const std::int64_t bob = Spawn();
  const std::int64_t task = Make("round");
  Pass(10);
  Do(ada, Report::kSucceeded, 30);
  Pass(20);
  Do(bob, Report::kSucceeded, 40);
  const Quality quality = OfTask(task);
  ASSERT_TRUE(quality.lead_time);
  EXPECT_EQ(quality.lead_time->work_ms.total, 70);
  EXPECT_EQ(quality.lead_time->lead_ms.total, 100);
}

TEST_F(QualityTest, AnAgentIsJudgedByItsOwnAttemptsOnly) {
  Start(Topology::kStar);
  const std::int64_t yan = Spawn();
  const std::int64_t zoe = Spawn();
  Make("hard");
  Pass(1000);
  const std::int64_t task = Do(yan, Report::kFailed, 40);
  Pass(limits::kMaxBackoffMs);
  ASSERT_EQ(Do(zoe, Report::kSucceeded, 60), task);

  const Quality of_zoe = OfAgent(zoe);
  for (const Criterion criterion :
       {Criterion::kSuccessRate, Criterion::kRetries, Criterion::kRework, Criterion::kLeadTime}) {
    ASSERT_TRUE(ScoreOf(of_zoe, criterion));
    EXPECT_EQ(ScoreOf(of_zoe, criterion)->value, 1);
    EXPECT_EQ(ScoreOf(of_zoe, criterion)->of, 1);
  }
  EXPECT_EQ(of_zoe.held_time->held_ms, 60) << "what it waited for is the swarm's";
  const Quality of_yan = OfAgent(yan);
  EXPECT_EQ(of_yan.ended, 1);
  for (const Criterion criterion :
       {Criterion::kSuccessRate, Criterion::kRetries, Criterion::kRework, Criterion::kLeadTime}) {
    ASSERT_TRUE(ScoreOf(of_yan, criterion));
    EXPECT_EQ(ScoreOf(of_yan, criterion)->value, 0);
  }
  EXPECT_EQ(of_yan.rework->after_failure, 1);
  EXPECT_EQ(of_yan.retries->retries, 1);
  EXPECT_DOUBLE_EQ(ScoreOf(OfSwarm(), Criterion::kRetries)->value, 0);
}

TEST_F(QualityTest, WhoRepairsItsOwnFailureHasFailedOnceAndSucceededOnce) {
  Start(Topology::kStar);
  const std::int64_t bob = Spawn();
  const std::int64_t task = Make("hard");
  Make("easy");
  Do(bob, Report::kFailed, 30);
  Do(bob, Report::kSucceeded, 10);
  Pass(limits::kMaxBackoffMs);
  ASSERT_EQ(Do(bob, Report::kSucceeded, 60), task);
  const Quality quality = OfAgent(bob);
  EXPECT_EQ(quality.ended, 2);
  EXPECT_DOUBLE_EQ(ScoreOf(quality, Criterion::kSuccessRate)->value, 2.0 / 3);
  EXPECT_DOUBLE_EQ(ScoreOf(quality, Criterion::kRetries)->value, 0.5);
  EXPECT_EQ(quality.retries->most_attempts, 2);
  EXPECT_DOUBLE_EQ(ScoreOf(quality, Criterion::kRework)->value, 0.5);
  EXPECT_DOUBLE_EQ(ScoreOf(quality, Criterion::kLeadTime)->value, 0.7);
  EXPECT_EQ(quality.held_time->claims, 3);
}

TEST_F(QualityTest, WhatAnAgentGaveBackOrLeftIsReworkAndNoRetry) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  Make("one");
  Do(ada, Report::kReleased);
  ASSERT_NE(ClaimFor(ada), 0);
  TakeOffline(*database_, std::vector{ada}, now_);
  const Quality quality = OfAgent(ada);
  EXPECT_FALSE(quality.retries);
  EXPECT_FALSE(quality.success_rate);
  ASSERT_TRUE(quality.rework);
  EXPECT_EQ(quality.rework->claims_again, 2);
  EXPECT_EQ(quality.rework->after_release, 1);
  EXPECT_EQ(quality.rework->after_abandonment, 1);
  EXPECT_EQ(quality.rework->tasks, 1);
}

TEST_F(QualityTest, AFailureThatEndsATaskIsNoRetry) {
  Start(Topology::kStar);
  const std::int64_t eve = Spawn("reviewer");
  Make("review", Priority::kMedium, "", {}, 1);
  Do(eve, Report::kFailed);
  EXPECT_EQ(ScoreOf(OfAgent(eve), Criterion::kRetries)->value, 1);
  EXPECT_EQ(ScoreOf(OfAgent(eve), Criterion::kRework)->value, 1);
  EXPECT_EQ(ScoreOf(OfAgent(eve), Criterion::kSuccessRate)->value, 0);
}

TEST_F(QualityTest, AReviewIsWhatAReviewerDidThatNeedsTheTask) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn("coder", {"code"});
  const std::int64_t eve = Spawn("reviewer", {"review"});
  const std::int64_t one = Make("one", Priority::kMedium, "code");
  const std::int64_t two = Make("two", Priority::kMedium, "code");
  const std::string needs_one = TaskId(one);
  const std::string needs_two = TaskId(two);
  Make("review one", Priority::kMedium, "review", {needs_one}, 1);
  Make("review two", Priority::kMedium, "review", {needs_two}, 1);
  Make("use one", Priority::kMedium, "code", {needs_one}, 1);
  ASSERT_EQ(Do(ada, Report::kSucceeded), one);
  ASSERT_EQ(Do(ada, Report::kSucceeded), two);
  Do(eve, Report::kSucceeded);
  Do(eve, Report::kFailed);
  Do(ada, Report::kFailed);

  for (const Quality& quality : {OfAgent(ada), OfSwarm()}) {
    ASSERT_TRUE(quality.reviews);
    EXPECT_EQ(quality.reviews->passed, 1);
    EXPECT_EQ(quality.reviews->rejected, 1);
  }
  EXPECT_EQ(OfTask(one).reviews->passed, 1);
  EXPECT_EQ(OfTask(one).reviews->rejected, 0);
  EXPECT_EQ(OfTask(two).reviews->rejected, 1);
  EXPECT_FALSE(OfAgent(eve).reviews);
}

TEST_F(QualityTest, ATaskWithSubtasksIsItsSubtasks) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  const TaskRequest parts[] = {{.title = "a", .body = "", .required = "", .dependencies = {}, .max_attempts = 1},
                               {.title = "b", .body = "", .required = "", .dependencies = {}, .max_attempts = 1}};
  const auto made = Orchestrate(*database_, swarm_, {.title = "whole", .body = "", .required = "", .dependencies = {}},
                                parts, Orchestration::kParallel, now_);
  ASSERT_TRUE(made) << made.error().message;
  Do(ada, Report::kSucceeded);
  Do(ada, Report::kFailed);
  const Quality quality = OfTask(made->task.number);
  EXPECT_EQ(quality.ended, 2);
  EXPECT_EQ(quality.success_rate->succeeded, 1);
  EXPECT_EQ(OfSwarm().ended, 2) << "the whole was nobody's work";
}

TEST_F(QualityTest, TheScoreIsTheMeanOfThoseThatHaveData) {
  Start(Topology::kStar);
  const std::int64_t ada = Spawn();
  Make("one");
  Pass(30);
  Do(ada, Report::kSucceeded, 10);
  const Quality quality = OfSwarm();
  EXPECT_DOUBLE_EQ(*Combine(quality, kAll), (1 + 1 + 1 + 0.25) / 4);
  static constexpr Criterion kTwo[] = {Criterion::kLeadTime, Criterion::kReviews};
  EXPECT_DOUBLE_EQ(*Combine(quality, kTwo), 0.25);
}

}  // namespace
}  // namespace skep::swarm
