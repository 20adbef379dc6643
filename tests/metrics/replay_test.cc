#include "metrics/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/graphs.h"

namespace skep::metrics {
namespace {

using swarm::Topology;
using testing::ElementsAre;
using testing::IsEmpty;

Replayed Play(const WorkGraph& graph, Scenario scenario = {}) {
  scenario.chains = true;
  Replay replay(graph, std::move(scenario));
  while (replay.Play(3)) {
  }
  return replay.result();
}

TEST(Replay, IndependentTasksGoToWhoeverIsFree) {
  GraphOf graph;
  const auto a = graph.Agent();
  const auto b = graph.Agent();
  graph.Task(a, 0, 10);
  graph.Task(b, 0, 4);
  graph.Task(b, 4, 10);
  const Replayed was = Play(graph.Done());
  EXPECT_DOUBLE_EQ(was.open_s, 10);
  EXPECT_DOUBLE_EQ(was.worked_s, 20);
  EXPECT_DOUBLE_EQ(was.there_s, 20);
  EXPECT_EQ(was.unplayed, 0U);
}

TEST(Replay, WorkThatWasLeftLyingIsTakenAtOnce) {
  GraphOf graph;
  const auto a = graph.Agent();
  graph.Task(a, 5, 10);
  graph.Task(a, 30, 35);
  EXPECT_DOUBLE_EQ(Play(graph.Done()).open_s, 10);
}

TEST(Replay, AChainTakesAsLongAsAllOfIt) {
  GraphOf graph;
  const auto a = graph.Agent();
  const auto b = graph.Agent();
  const auto first = graph.Task(a, 0, 10);
  const auto second = graph.Task(b, 10, 20);
  const auto third = graph.Task(a, 20, 30);
  graph.Task(b, 0, 5);
  graph.Need(first, second);
  graph.Need(second, third);
  const WorkGraph& done = graph.Done();
  const Replayed was = Play(done);
  EXPECT_DOUBLE_EQ(was.open_s, 30);
  EXPECT_DOUBLE_EQ(was.chain_s, 30);
  EXPECT_THAT(was.chain, ElementsAre(first, second, third));
  // 35 s of work by two: 10 and 10 first, then 10 beside the 5.
  Scenario loose;
  loose.dependencies = false;
  EXPECT_DOUBLE_EQ(Play(done, loose).open_s, 20);
}

TEST(Replay, AWholeEndsWithItsPartsEvenWithoutDependencies) {
  GraphOf graph;
  const auto a = graph.Agent();
  const auto whole = graph.Whole(0, 20);
  const auto part = graph.Task(a, 0, 20);
  const auto after = graph.Task(a, 20, 25);
  graph.Need(part, whole);
  graph.Need(whole, after);
  const WorkGraph& done = graph.Done();
  EXPECT_DOUBLE_EQ(Play(done).open_s, 25);
  EXPECT_THAT(Play(done).chain, ElementsAre(part, whole, after));
  Scenario loose;
  loose.dependencies = false;
  EXPECT_EQ(Play(done, loose).unplayed, 0U);
}

TEST(Replay, OnlyTheCapableTakeWhatTakesACapability) {
  GraphOf graph;
  const auto a = graph.Agent({"rare"});
  const auto b = graph.Agent();
  for (int i = 0; i < 4; ++i) graph.Task(a, 10 * i, 10 * i + 10, "rare");
  graph.Task(b, 0, 10);
  const WorkGraph& done = graph.Done();
  const Replayed was = Play(done);
  EXPECT_DOUBLE_EQ(was.open_s, 40);
  EXPECT_THAT(was.waited_us, ElementsAre(0, 10'000'000, 20'000'000, 30'000'000, 0));
  Scenario all;
  all.for_all = 1;
  EXPECT_DOUBLE_EQ(Play(done, all).open_s, 30);
}

TEST(Replay, ASlowAgentAtTheUsualPace) {
  GraphOf graph;
  const auto a = graph.Agent();
  const auto slow = graph.Agent();
  graph.Task(a, 0, 10);
  graph.Task(slow, 0, 40);
  Scenario was;
  was.slowness = {1, 4};
  const WorkGraph& done = graph.Done();
  EXPECT_DOUBLE_EQ(Play(done, was).open_s, 40);
  was.as_usual = slow;
  EXPECT_DOUBLE_EQ(Play(done, was).open_s, 10);
}

TEST(Replay, AnotherAgentTakesAsMuchLongerAsItIsSlower) {
  GraphOf graph;
  const auto a = graph.Agent();
  graph.Agent();
  graph.Task(a, 0, 10);
  graph.Task(a, 10, 20);
  Scenario was;
  was.slowness = {1, 3};
  // The second task is not left lying, and goes to the slower one.
  EXPECT_DOUBLE_EQ(Play(graph.Done(), was).open_s, 30);
}

TEST(Replay, TimeBetweenAndWithinPieces) {
  GraphOf graph;
  const auto a = graph.Agent();
  for (int i = 0; i < 3; ++i) graph.Task(a, 12 * i, 12 * i + 10);
  const WorkGraph& done = graph.Done();
  Scenario calls;
  calls.between_us = 2'000'000;
  EXPECT_DOUBLE_EQ(Play(done, calls).open_s, 34);
  calls.between_us = 0;
  calls.less_us = 1'000'000;
  EXPECT_DOUBLE_EQ(Play(done, calls).open_s, 27);
  Scenario leases;
  leases.work = 0.5;
  EXPECT_DOUBLE_EQ(Play(done, leases).open_s, 15);
}

TEST(Replay, WhoeverMakesTasksWaitsForEachCall) {
  GraphOf graph;
  const auto a = graph.Agent();
  graph.Task(a, 0, 1, "", 0);
  graph.Task(a, 10, 11, "", 10);
  graph.Task(a, 20, 21, "", 20);
  const WorkGraph& done = graph.Done();
  // Nothing is open between them.
  EXPECT_DOUBLE_EQ(Play(done).open_s, 3);
  Scenario sooner;
  sooner.sooner_us = 9'500'000;
  // At 0, 0.5 and 1 s.
  EXPECT_DOUBLE_EQ(Play(done, sooner).open_s, 3);
  EXPECT_THAT(Play(done, sooner).waited_us, ElementsAre(0, 500'000, 1'000'000));
}

TEST(Replay, FailedAttemptsAreMadeAgainAfterTheirPause) {
  GraphOf graph;
  const auto a = graph.Agent();
  graph.Task(a, 0, 7);
  graph.Piece(a, 9, 16);
  WorkGraph done = graph.Done();
  done.pieces[0].wasted = true;
  done.pieces[0].pause_ms = 2000;
  EXPECT_DOUBLE_EQ(Play(done).open_s, 16);
  Scenario once;
  once.retries = false;
  EXPECT_DOUBLE_EQ(Play(done, once).open_s, 7);
}

TEST(Replay, InAHierarchyATeamTakesWhatItsLeadWasGiven) {
  GraphOf graph(Topology::kHierarchical);
  const auto top = graph.Agent();
  const auto lead = graph.Agent({}, top);
  const auto other = graph.Agent({}, top);
  const auto worker = graph.Agent({"rare"}, lead);
  const auto idle = graph.Agent({}, other);
  for (const auto planner : {top, lead, other}) graph.agent(planner).works = false;
  // Only the first team can do any of it, and one of that team.
  graph.Task(worker, 0, 10, "rare");
  graph.Task(worker, 10, 20, "rare");
  (void)idle;
  const WorkGraph& done = graph.Done();
  EXPECT_DOUBLE_EQ(Play(done).open_s, 20);
  Scenario all;
  all.for_all = 1;
  EXPECT_DOUBLE_EQ(Play(done, all).open_s, 10) << "the other lead is given the second one";
}

TEST(Replay, InARingEachStageIsItsAgents) {
  GraphOf graph(Topology::kRing);
  const auto a = graph.Agent();
  const auto b = graph.Agent();
  for (int i = 0; i < 2; ++i) {
    graph.Task(a, 5 * i, 5 * i + 5);
    graph.Piece(b, 5 + 10 * i, 15 + 10 * i);
  }
  const WorkGraph& done = graph.Done();
  EXPECT_DOUBLE_EQ(Play(done).open_s, 25);
  Scenario anybody;
  anybody.routed = false;
  EXPECT_DOUBLE_EQ(Play(done, anybody).open_s, 15) << "each does one task by itself";
}

TEST(Replay, TwiceTheAgentsHalveIndependentWork) {
  GraphOf graph;
  const auto a = graph.Agent();
  for (int i = 0; i < 4; ++i) graph.Task(a, 5 * i, 5 * i + 5);
  Scenario twice;
  twice.copies = 2;
  EXPECT_DOUBLE_EQ(Play(graph.Done(), twice).open_s, 10);
}

TEST(Replay, WhoHasGoneIsPlayedAsIfThereWhenNobodyElseCan) {
  GraphOf graph;
  const auto a = graph.Agent();
  graph.Task(a, 0, 10);
  graph.Task(a, 10, 20);
  graph.agent(a).to_ms = 5'000;
  const Replayed was = Play(graph.Done());
  EXPECT_EQ(was.unplayed, 0U);
  EXPECT_DOUBLE_EQ(was.open_s, 20);
}

TEST(Replay, WhatNobodyCanDoIsCounted) {
  GraphOf graph;
  graph.Agent();
  graph.Task(WorkGraph::kNobody, 0, 10, "rare");
  EXPECT_EQ(Play(graph.Done()).unplayed, 1U);
}

TEST(Replay, NothingTakesNoTime) {
  GraphOf graph;
  const Replayed nothing = Play(graph.Done());
  EXPECT_EQ(nothing.open_s, 0);
  EXPECT_THAT(nothing.chain, IsEmpty());
}

}  // namespace
}  // namespace skep::metrics
