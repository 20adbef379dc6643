#include "metrics/pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metrics/graphs.h"

namespace skep::metrics {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;

/// `count` pieces of about `seconds` each, one after the other.
void Works(GraphOf& graph, std::uint32_t agent, std::int64_t seconds, int count, std::string_view capability = "") {
  std::int64_t at = 0;
  for (int i = 0; i < count; ++i) {
    // A fifth more or less.
    const std::int64_t takes = seconds + (i % 3 - 1) * seconds / 5;
    graph.Task(agent, at, at + takes, capability);
    at += takes + 1;
  }
}

TEST(Pace, AnAgentThatTakesFourTimesAsLongIsSlow) {
  GraphOf graph;
  for (int i = 0; i < 4; ++i) Works(graph, graph.Agent(), 100, 12);
  const auto slow = graph.Agent();
  Works(graph, slow, 400, 3);
  const Pace pace = MeasurePace(graph.Done());
  EXPECT_THAT(pace.slowness[slow], DoubleNear(4, 0.01));
  EXPECT_EQ(pace.pieces[slow], 3);
  EXPECT_THAT(pace.Slow(), ElementsAre(slow));
}

TEST(Pace, WhoAloneDoesWhatTakesLongIsNotSlow) {
  GraphOf graph;
  for (int i = 0; i < 4; ++i) Works(graph, graph.Agent(), 100, 12);
  const auto expert = graph.Agent();
  Works(graph, expert, 1000, 6, "hard");
  Works(graph, expert, 100, 6);
  const Pace pace = MeasurePace(graph.Done());
  EXPECT_THAT(pace.slowness[expert], DoubleNear(1, 0.01));
  EXPECT_THAT(pace.Slow(), IsEmpty());
}

TEST(Pace, OrdinaryDifferencesAreNone) {
  GraphOf graph;
  for (const std::int64_t seconds : {80, 100, 120, 150}) Works(graph, graph.Agent(), seconds, 12);
  EXPECT_THAT(MeasurePace(graph.Done()).Slow(), IsEmpty());
}

TEST(Pace, OneLongPieceAmongSuchAsDifferGreatlyIsChance) {
  GraphOf graph;
  const auto one = graph.Agent();
  const auto other = graph.Agent();
  for (const std::int64_t seconds : {20, 50, 100, 200, 500}) {
    graph.Task(one, 0, seconds);
    graph.Task(other, 0, seconds);
  }
  graph.Task(graph.Agent(), 0, 400);
  EXPECT_THAT(MeasurePace(graph.Done()).Slow(), IsEmpty());
}

TEST(Pace, WhatWasGivenBackSaysNothing) {
  GraphOf graph;
  const auto agent = graph.Agent();
  Works(graph, agent, 100, 3);
  graph.Task(agent, 400, 401);
  WorkGraph done = graph.Done();
  done.pieces.back().wasted = true;
  EXPECT_EQ(MeasurePace(done).pieces[agent], 3);
}

TEST(Pace, TimeBetweenPiecesIsThatToTheNextClaimOfWhatWasReady) {
  GraphOf graph;
  const auto agent = graph.Agent();
  graph.Task(agent, 0, 10);
  graph.Task(agent, 13, 20);
  // It was made later: the agent had to wait for it.
  graph.Task(agent, 60, 70, "", 60);
  EXPECT_EQ(MeasurePace(graph.Done()).between_ms, 3000);
}

}  // namespace
}  // namespace skep::metrics
