#include "handlers/error_views.h"

#include <gtest/gtest.h>

namespace skep::handlers {
namespace {

metrics::ErrorGroup OneError() {
  return {.signature = "full",
          .message = "full",
          .count = 1,
          .total_ns = 2'000'000,
          .most_ns = 2'000'000,
          .first_ms = 5,
          .last_ms = 5,
          .change = {.earlier = 0, .later = 1, .trend = metrics::Trend::kTooFew, .chance = 1},
          .operations = {{"tool:inbox", 1}},
          .codes = {{"conflict", 1}},
          .preceding = {}};
}

TEST(ErrorView, WhatWouldSayTheSameAsAnotherMemberIsLeftOut) {
  const ErrorGroupView view = View(OneError());
  EXPECT_FALSE(view.example);
  EXPECT_FALSE(view.last_seen);
  EXPECT_FALSE(view.mean_ms);
  EXPECT_FALSE(view.trend);
  EXPECT_FALSE(view.chance);
  EXPECT_FALSE(view.preceded_by);
  EXPECT_EQ(view.max_ms, 2);
  EXPECT_EQ(view.later, 1);
  EXPECT_EQ(view.operation, "tool:inbox");
  EXPECT_EQ(view.code, "conflict");
}

TEST(ErrorView, WhatDiffersIsShown) {
  metrics::ErrorGroup group = OneError();
  group.message = "full!";
  group.count = 30;
  group.last_ms = 9;
  group.total_ns = 30'000'000;
  group.change = {.earlier = 2, .later = 28, .trend = metrics::Trend::kRising, .chance = 1.23456e-7};
  group.operations = {{"tool:inbox", 20}, {"tool:task_claim", 5}, {"tool:a", 3}, {"tool:b", 1}, {"tool:c", 1}};
  group.preceding = {{.name = "tool:swarm_scale", .count = 7, .anything = 8}};
  const ErrorGroupView view = View(group);
  EXPECT_EQ(view.example, "full!");
  EXPECT_EQ(view.last_seen->ms, 9);
  EXPECT_EQ(view.mean_ms, 1);
  EXPECT_EQ(view.trend, metrics::Trend::kRising);
  EXPECT_EQ(view.chance, 1.2e-7);
  EXPECT_EQ(view.operation, "tool:inbox 20, tool:task_claim 5, tool:a 3 and 2 others");
  ASSERT_TRUE(view.preceded_by);
  EXPECT_EQ(view.preceded_by->at(0).count, 7);
  EXPECT_EQ(view.preceded_by->at(0).anything, 8);
}

TEST(ErrorView, TheSlowestIsNamedWhereItIsNotTheFirst) {
  EXPECT_FALSE(SlowestOf({}));
  EXPECT_FALSE(SlowestOf({OneError()}));
  metrics::ErrorGroup slow = OneError();
  slow.signature = "slow";
  slow.most_ns = 9'000'000;
  const auto slowest = SlowestOf({OneError(), slow});
  ASSERT_TRUE(slowest);
  EXPECT_EQ(slowest->at(0).what, "slow");
  EXPECT_EQ(slowest->at(0).max_ms, 9);
}

TEST(ErrorView, FailedAttemptsNameSomeTasksAndSayOfHowMany) {
  metrics::AttemptReport report{.attempts = 9};
  metrics::AttemptGroup& group = report.groups.emplace_back();
  group = {
      .signature = "x", .message = "x", .count = 9, .first_ms = 1, .last_ms = 2, .agents = {{"ada (ag_000001)", 9}}};
  for (const char* const id : {"tk_1", "tk_2", "tk_3", "tk_4", "tk_5", "tk_6"}) group.tasks.push_back({id, 1});
  const auto view = View(report, 10);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->groups.at(0).agents, "ada (ag_000001)");
  EXPECT_EQ(view->groups.at(0).tasks.size(), 5U);
  EXPECT_EQ(view->groups.at(0).tasks_in_all, 6);
  EXPECT_FALSE(View(metrics::AttemptReport(), 10));
}

}  // namespace
}  // namespace skep::handlers
