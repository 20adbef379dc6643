#include "metrics/work_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "swarm/swarm_fixture.h"

namespace skep::metrics {
namespace {

using swarm::Priority;
using swarm::Report;
using swarm::Topology;
using testing::ElementsAre;
using testing::IsEmpty;

class WorkGraphTest : public swarm::SwarmFixture {
 protected:
  WorkGraph Read(std::int64_t limit = 1000) {
    WorkGraphReader reader(swarm_, limit);
    while (reader.Read(*database_)) EXPECT_LE(reader.done(), 1);
    EXPECT_EQ(reader.done(), 1);
    return std::move(reader.graph());
  }
  /// The agent claims something, and is done with it after `ms`.
  std::int64_t Work(std::int64_t agent, std::int64_t ms, Report report = Report::kSucceeded) {
    const std::int64_t task = ClaimFor(agent);
    Pass(ms);
    Say(task, report);
    return task;
  }
};

TEST_F(WorkGraphTest, HasWhatWasDoneByWhomAndWhen) {
  Start(Topology::kStar);
  const auto agent = Spawn("coder", {"cpp", "sql"});
  const std::int64_t start_ms = now_.wall_ms;
  Pass(1000);
  const auto task = Make("one", Priority::kHigh, "sql");
  Pass(500);
  Work(agent, 3000);
  Make("not done");
  const WorkGraph graph = Read();
  ASSERT_EQ(graph.tasks.size(), 1U);
  ASSERT_EQ(graph.agents.size(), 1U);
  EXPECT_EQ(graph.tasks[0].number, task);
  EXPECT_EQ(graph.tasks[0].made_ms, start_ms + 1000);
  EXPECT_EQ(graph.tasks[0].ended_ms, start_ms + 4500);
  EXPECT_EQ(graph.tasks[0].head_start_ms, 1'200'000) << "a high priority's";
  EXPECT_EQ(graph.capabilities[graph.tasks[0].capability], "sql");
  ASSERT_EQ(graph.pieces.size(), 1U);
  EXPECT_EQ(graph.pieces[0].begin_ms, start_ms + 1500);
  EXPECT_EQ(graph.pieces[0].end_ms, start_ms + 4500);
  EXPECT_FALSE(graph.pieces[0].wasted);
  EXPECT_EQ(graph.agents[0].number, agent);
  EXPECT_EQ(graph.agents[0].capabilities.size(), 2U);
  EXPECT_TRUE(graph.agents[0].works);
  EXPECT_EQ(graph.agents[0].to_ms, 0);
  EXPECT_EQ(graph.unfinished, 1);
  EXPECT_EQ(graph.left_out, 0);
}

TEST_F(WorkGraphTest, DependenciesAndPartsAreEdges) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  const auto first = Make("first");
  const std::vector<swarm::TaskRequest> parts = {{.title = "a", .body = ""}, {.title = "b", .body = ""}};
  const std::string needed = swarm::TaskId(first);
  const std::vector<std::string_view> needs = {needed};
  const auto whole = Orchestrate(*database_, swarm_, {.title = "whole", .body = "", .dependencies = needs}, parts,
                                 swarm::Orchestration::kSequential, now_);
  ASSERT_TRUE(whole);
  for (int i = 0; i < 3; ++i) Work(agent, 1000);
  const WorkGraph graph = Read();
  ASSERT_EQ(graph.tasks.size(), 4U);
  // first → a, b; a → b, whole; b → whole.
  const auto of = [&](std::size_t task) {
    const auto& all = graph.dependants;
    return std::vector(all.begin() + graph.tasks[task].first_dependant,
                       all.begin() + graph.tasks[task].first_dependant + graph.tasks[task].dependants);
  };
  EXPECT_THAT(of(0), ElementsAre(2, 3));
  EXPECT_THAT(of(1), IsEmpty());
  EXPECT_THAT(of(2), testing::UnorderedElementsAre(3, 1));
  EXPECT_THAT(of(3), ElementsAre(1));
  EXPECT_EQ(graph.tasks[1].pieces, 0U) << "the whole is done by its parts";
  EXPECT_EQ(graph.tasks[3].needs, 2U);
}

TEST_F(WorkGraphTest, AttemptsThatCameToNothingAreWasted) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  Make("hard");
  Work(agent, 1000, Report::kFailed);
  Pass(limits::kBackoffMs);
  Work(agent, 2000, Report::kReleased);
  Work(agent, 3000);
  const WorkGraph graph = Read();
  ASSERT_EQ(graph.pieces.size(), 3U);
  EXPECT_TRUE(graph.pieces[0].wasted);
  EXPECT_EQ(graph.pieces[0].pause_ms, limits::kBackoffMs);
  EXPECT_EQ(graph.pieces[0].end_ms - graph.pieces[0].begin_ms, 1000);
  EXPECT_TRUE(graph.pieces[1].wasted);
  EXPECT_EQ(graph.pieces[1].pause_ms, 0);
  EXPECT_FALSE(graph.pieces[2].wasted);
  EXPECT_EQ(graph.pieces[2].end_ms - graph.pieces[2].begin_ms, 3000);
}

TEST_F(WorkGraphTest, StagesOfARingArePieces) {
  Start(Topology::kRing);
  const auto one = Spawn();
  const auto two = Spawn();
  Make("round");
  Work(one, 1000);
  Work(two, 2000);
  const WorkGraph graph = Read();
  ASSERT_EQ(graph.pieces.size(), 2U);
  EXPECT_EQ(graph.agents[graph.pieces[0].agent].number, one);
  EXPECT_EQ(graph.agents[graph.pieces[1].agent].number, two);
  EXPECT_FALSE(graph.pieces[0].wasted);
}

TEST_F(WorkGraphTest, BeyondTheBoundTheNewestCount) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  const auto failed = Make("failed long ago", Priority::kMedium, "", {}, 1);
  Work(agent, 1000, Report::kFailed);
  for (int i = 0; i < 5; ++i) {
    Make("more");
    Work(agent, 1000);
  }
  const WorkGraph graph = Read(3);
  ASSERT_EQ(graph.tasks.size(), 3U);
  EXPECT_EQ(graph.tasks[0].number, failed + 3);
  EXPECT_EQ(graph.left_out, 1);
  EXPECT_EQ(Read(5).tasks.size(), 6U) << "what failed among them is among them";
}

TEST_F(WorkGraphTest, TimeWithoutAnyTaskIsNotPartOfTheRun) {
  Start(Topology::kStar);
  const auto agent = Spawn();
  Make("one");
  Work(agent, 1000);
  Pass(3'600'000);
  Make("two");
  Make("three");
  Work(agent, 1000);
  Work(agent, 1000);
  EXPECT_EQ(Read().busy_ms(), 3000);
}

}  // namespace
}  // namespace skep::metrics
