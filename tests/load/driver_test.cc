#include "load/driver.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "load/fake_server.h"

namespace skep::load {
namespace {

using Errors = std::map<std::string, std::uint64_t>;

Outcome Of(const Target& target, const Plan& plan, const Watch& watch = {}) {
  auto outcome = Run(target, plan, watch);
  EXPECT_TRUE(outcome) << outcome.error().message;
  return outcome ? *std::move(outcome) : Outcome();
}

Plan Open(std::string_view pattern, double duration_s) {
  return {
      .pattern = ParsePattern(pattern).value_or(Pattern()), .duration_s = duration_s, .warm_up_s = 0, .grace_s = 30};
}

TEST(Driver, AClosedLoopSendsAsManyAsItMayAndAllAreAnswered) {
  const Outcome outcome = Of(Fake("good"), Requests(1000));
  EXPECT_EQ(outcome.due, 1000U);
  EXPECT_EQ(outcome.sent, 1000U);
  EXPECT_EQ(outcome.answered, 1000U);
  EXPECT_EQ(outcome.latency.Count(), 1000U);
  EXPECT_EQ(outcome.service.Count(), 1000U);
  EXPECT_EQ(outcome.errors, Errors());
  EXPECT_TRUE(outcome.broken_off.empty());
  EXPECT_GT(outcome.seconds, 0);
  EXPECT_GT(outcome.own_cpu_s, 0);
}

TEST(Driver, AnOpenPatternAsksForWhatIsDueAndNoMore) {
  const Outcome outcome = Of(Fake("good"), Open("ramp:100-2900", 0.2));
  EXPECT_EQ(outcome.due, 300U);
  EXPECT_EQ(outcome.sent, 300U);
  EXPECT_EQ(outcome.answered, 300U);
  EXPECT_EQ(outcome.errors, Errors());
  EXPECT_GE(outcome.seconds, 0.2);
}

TEST(Driver, SeveralConnectionsShareTheLoad) {
  Plan plan = Open("constant:1000", 0.2);
  plan.connections = 3;
  const Outcome outcome = Of(Fake("good"), plan);
  EXPECT_EQ(outcome.answered, 200U);
  EXPECT_EQ(outcome.errors, Errors());
}

TEST(Driver, AnswersInAnyOrderAreTold) {
  const Outcome outcome = Of(Fake("backwards"), Requests(40));
  EXPECT_EQ(outcome.answered, 40U);
  EXPECT_EQ(outcome.errors, Errors());
}

TEST(Driver, TakesNotificationsAndAnswersPings) {
  EXPECT_EQ(Of(Fake("chatters"), Requests(20)).errors, Errors());
  const Outcome asked = Of(Fake("asks"), Requests(20));
  EXPECT_EQ(asked.answered, 20U);
  EXPECT_EQ(asked.errors, Errors());
  EXPECT_EQ(Of(Fake("asks_by_name"), Requests(20)).answered, 20U);
}

TEST(Driver, CountsToolErrorsAndErrorsByTheirCode) {
  const Outcome tool = Of(Fake("tool_error"), Requests(20));
  EXPECT_EQ(tool.answered, 20U);
  EXPECT_EQ(tool.latency.Count(), 0U);
  EXPECT_EQ(tool.errors, Errors({{"tool error", 20}}));
  const Outcome half = Of(Fake("half_refused"), Requests(20));
  EXPECT_EQ(half.latency.Count(), 10U);
  EXPECT_EQ(half.errors, Errors({{"error -32602", 10}}));
}

TEST(Driver, CountsWhatNobodyAskedForAndWhatIsNoMessage) {
  const Outcome twice = Of(Fake("twice"), Requests(20));
  EXPECT_EQ(twice.answered, 20U);
  // The last one's second answer may come after the end.
  EXPECT_GE(twice.errors.at("answer to nothing"), 19U);
  const Outcome mumbles = Of(Fake("mumbles"), Requests(20));
  EXPECT_EQ(mumbles.answered, 20U);
  EXPECT_EQ(mumbles.errors, Errors({{"malformed line", 20}}));
}

TEST(Driver, WhatHasNoAnswerWhenTheGraceIsOverIsUnanswered) {
  Plan plan = Requests(4);
  plan.grace_s = 0.05;
  const Outcome silent = Of(Fake("silent"), plan);
  EXPECT_EQ(silent.sent, 4U);
  EXPECT_EQ(silent.answered, 0U);
  EXPECT_EQ(silent.errors, Errors({{"unanswered", 4}}));
}

TEST(Driver, TheTimeInWhichAServerHasStoppedCounts) {
  Plan plan = Requests(0);
  plan.duration_s = 0.1;
  plan.grace_s = 0.01;
  const Outcome outcome = Of(Fake("stops"), plan);
  EXPECT_EQ(outcome.answered, 10U);
  EXPECT_GE(outcome.seconds, 0.1);
}

TEST(Driver, AnAnswerToAnotherIdIsNone) {
  const Outcome outcome = Of(Fake("misnames_four"), Requests(4));
  EXPECT_EQ(outcome.answered, 0U);
  EXPECT_EQ(outcome.errors, Errors({{"answer to nothing", 4}, {"connection ended", 4}}));
}

TEST(Driver, WhatCouldNotBeSentIsDueAllTheSame) {
  Plan plan = Open("constant:1000", 0.1);
  plan.grace_s = 0.05;
  plan.most_in_flight = 7;
  const Outcome outcome = Of(Fake("silent"), plan);
  EXPECT_EQ(outcome.due, 100U);
  EXPECT_EQ(outcome.sent, 7U);
  EXPECT_EQ(outcome.errors, Errors({{"unanswered", 100}}));
}

TEST(Driver, AServerThatDiesEndsTheRun) {
  const Outcome outcome = Of(Fake("dies"), Requests(1000));
  EXPECT_EQ(outcome.answered, 10U);
  EXPECT_EQ(outcome.errors.at("connection ended"), outcome.sent - 10U);
  EXPECT_NE(outcome.broken_off.find("exit status 3"), std::string::npos) << outcome.broken_off;
}

TEST(Driver, TheWatchEndsIt) {
  int calls = 0;
  Plan plan = Requests(0);
  plan.grace_s = 30;
  const Outcome outcome = Of(Fake("good"), plan, [&](const Outcome& so_far) {
    EXPECT_FALSE(so_far.warming_up);
    return ++calls < 2;
  });
  EXPECT_TRUE(outcome.interrupted);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(outcome.answered, outcome.sent);
  EXPECT_EQ(outcome.errors, Errors());
}

TEST(Driver, WhatWarmsUpIsNotCounted) {
  Plan plan = Requests(8);
  plan.warm_up_s = 0.05;
  const Outcome outcome = Of(Fake("good"), plan);
  EXPECT_EQ(outcome.due, 8U);
  EXPECT_EQ(outcome.answered, 8U);
  EXPECT_EQ(outcome.errors, Errors());
}

}  // namespace
}  // namespace skep::load
