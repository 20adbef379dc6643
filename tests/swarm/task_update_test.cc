#include "swarm/task_update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "swarm/swarm_fixture.h"
#include "swarm/usage.h"

namespace skep::swarm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TaskUpdate : public SwarmFixture {};

TEST_F(TaskUpdate, WhatWaitedForATaskBecomesReadyWhenItSucceeds) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  const auto first = Make("first");
  const std::string needed = TaskId(first);
  const auto second = Make("second", Priority::kMedium, "", {needed});
  EXPECT_EQ(StateOf(second), TaskState::kBlocked);
  ASSERT_EQ(ClaimFor(agent), first);
  const auto updated = TryReport(first, Report::kSucceeded, 1, "done");
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->now_ready, 1);
  EXPECT_EQ(ClaimFor(agent), second);
  EXPECT_EQ(TaskResult(*database_, first), "done");
}

TEST_F(TaskUpdate, AFailedTaskIsTriedAgainLaterAndLaterUntilItsAttemptsAreUsed) {
  Start(Topology::kStar);
  const auto one = Spawn();
  const auto two = Spawn();
  const auto task = Make("hard");
  const std::string needed = TaskId(task);
  const auto dependant = Make("after", Priority::kMedium, "", {needed});
  ASSERT_EQ(ClaimFor(one), task);
  Say(task, Report::kFailed);
  EXPECT_EQ(TaskOf(task).not_before_ms, now_.wall_ms + limits::kBackoffMs);
  EXPECT_EQ(ClaimFor(two), 0);
  Pass(limits::kBackoffMs);
  ASSERT_EQ(ClaimFor(two), task);
  Say(task, Report::kFailed);
  EXPECT_EQ(TaskOf(task).not_before_ms, now_.wall_ms + 2 * limits::kBackoffMs);
  Pass(2 * limits::kBackoffMs);
  ASSERT_EQ(ClaimFor(one), task);
  Say(task, Report::kFailed);
  EXPECT_EQ(StateOf(task), TaskState::kFailed);
  EXPECT_EQ(StateOf(dependant), TaskState::kCancelled);
}

TEST_F(TaskUpdate, CancellationReachesAllThatDependOnIt) {
  Start(Topology::kStar);
  const auto a = Make("a");
  const std::string id_a = TaskId(a);
  const auto b = Make("b", Priority::kMedium, "", {id_a});
  const std::string id_b = TaskId(b);
  const auto c = Make("c", Priority::kMedium, "", {id_b});
  const auto agent = Spawn();
  ASSERT_EQ(ClaimFor(agent), a);
  const auto cancelled = UpdateTask(
      *database_, {.task = a, .epoch = {}, .report = Report::kCancelled, .result = {}, .note = "no need", .usage = {}},
      now_);
  ASSERT_TRUE(cancelled) << cancelled.error().message;
  for (const auto task : {a, b, c}) EXPECT_EQ(StateOf(task), TaskState::kCancelled);
  const auto late = TryReport(a, Report::kSucceeded, 1);
  ASSERT_FALSE(late);
  EXPECT_THAT(late.error().message, HasSubstr("was cancelled"));
  EXPECT_EQ(AgentOf(agent).task, 0);
}

TEST_F(TaskUpdate, UsageThatNobodyCanMeanIsRefusedAndNotLeftOut) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  const auto task = Make("dear");
  ASSERT_EQ(ClaimFor(agent), task);
  for (const Usage& usage : {Usage{.input_tokens = kMostTokens + 1}, Usage{.output_tokens = kMostTokens + 1},
                             Usage{.cost_usd = 2 * kMostUsd}}) {
    const auto updated = UpdateTask(
        *database_, {.task = task, .epoch = 1, .report = Report::kProgress, .result = {}, .note = {}, .usage = usage},
        now_);
    ASSERT_FALSE(updated);
    EXPECT_EQ(updated.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(TaskOf(task).usage.input_tokens);
}

TEST_F(TaskUpdate, ASuccessMayBeReportedAgainAndItsFirstResultStays) {
  Start(Topology::kStar);
  const auto task = Make("a");
  ASSERT_EQ(ClaimFor(Spawn()), task);
  Say(task, Report::kSucceeded);
  EXPECT_TRUE(TryReport(task, Report::kSucceeded, 1, "added"));
  EXPECT_TRUE(TryReport(task, Report::kSucceeded, 1, "other"));
  EXPECT_EQ(TaskResult(*database_, task), "added");
  EXPECT_FALSE(TryReport(task, Report::kFailed, 1));
}

TEST_F(TaskUpdate, GivingBackIsNoAttempt) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  const auto task = Make("a");
  for (std::int64_t epoch = 1; epoch < 6; ++epoch) {
    ASSERT_EQ(ClaimFor(agent), task);
    EXPECT_TRUE(TryReport(task, Report::kReleased, epoch));
  }
  EXPECT_EQ(TaskOf(task).attempts, 0);
  EXPECT_EQ(StateOf(task), TaskState::kReady);
}

TEST_F(TaskUpdate, UsageIsAddedUpAndAbsentWhereNobodyReportedIt) {
  Start(Topology::kStar);
  const auto task = Make("a");
  ASSERT_EQ(ClaimFor(Spawn()), task);
  const auto say = [&](Usage usage) {
    EXPECT_TRUE(UpdateTask(
        *database_, {.task = task, .epoch = 1, .report = Report::kProgress, .result = {}, .note = {}, .usage = usage},
        now_));
  };
  say({.input_tokens = 100, .output_tokens = {}, .cost_usd = {}});
  say({.input_tokens = 20, .output_tokens = 5, .cost_usd = {}});
  const Usage usage = TaskOf(task).usage;
  EXPECT_EQ(usage.input_tokens, 120);
  EXPECT_EQ(usage.output_tokens, 5);
  EXPECT_FALSE(usage.cost_usd);
}

TEST_F(TaskUpdate, TheHistorySaysWhoDidWhat) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  const auto task = Make("a");
  ClaimFor(agent);
  Say(task, Report::kProgress);
  Say(task, Report::kSucceeded);
  std::vector<std::string> events;
  for (const TaskEvent& event : TaskHistory(*database_, task)) events.push_back(event.event);
  EXPECT_THAT(events, ElementsAre("created", "claimed", "progress", "succeeded"));
  EXPECT_EQ(TaskHistory(*database_, task).back().agent, agent);
}

TEST_F(TaskUpdate, TheHistoryIsBounded) {
  Start(Topology::kStar);
  const auto task = Make("a");
  ClaimFor(Spawn());
  for (int i = 0; i < 3 * limits::kMaxTaskEvents; ++i) Say(task, Report::kProgress);
  EXPECT_EQ(std::ssize(TaskHistory(*database_, task)), limits::kMaxTaskEvents);
  EXPECT_EQ(TaskHistory(*database_, task).back().event, "progress");
}

TEST_F(TaskUpdate, ARefusalNamesWhatIsWrong) {
  Start(Topology::kStar);
  const auto task = Make("a");
  const auto none = UpdateTask(
      *database_, {.task = task, .epoch = {}, .report = Report::kSucceeded, .result = {}, .note = {}, .usage = {}},
      now_);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("epoch is required"));
  const auto too_high = TryReport(task, Report::kSucceeded, 1);
  ASSERT_FALSE(too_high);
  EXPECT_THAT(too_high.error().message, HasSubstr("has had no epoch 1 yet"));
  ASSERT_EQ(ClaimFor(Spawn()), task);
  Say(task, Report::kReleased);
  const auto nobodys = TryReport(task, Report::kSucceeded, 1);
  ASSERT_FALSE(nobodys);
  EXPECT_THAT(nobodys.error().message, HasSubstr("nobody's at the moment"));
  const auto unknown = TryReport(99, Report::kSucceeded, 1);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace skep::swarm
