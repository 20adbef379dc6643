#include "metrics/critical_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skep::metrics {
namespace {

using testing::ElementsAre;

/// Tasks by hand, numbered from 1 in the order in which they are added.
class Graph {
 public:
  /// One that was worked on in each of the intervals.
  std::uint32_t Add(std::initializer_list<std::pair<std::int64_t, std::int64_t>> worked, std::int64_t ended_ms) {
    WorkGraph::Task task{.number = static_cast<std::int64_t>(graph_.tasks.size()) + 1,
                         .ended_ms = ended_ms,
                         .pieces = static_cast<std::uint32_t>(worked.size()),
                         .first_piece = static_cast<std::uint32_t>(graph_.pieces.size())};
    for (const auto& [begin, end] : worked) graph_.pieces.push_back({.begin_ms = begin, .end_ms = end});
    graph_.tasks.push_back(task);
    return static_cast<std::uint32_t>(graph_.tasks.size()) - 1;
  }
  void Need(std::uint32_t needed, std::uint32_t task) { graph_.Need(needed, task); }
  CriticalPath Find() {
    graph_.Wire();
    return FindCriticalPath(graph_);
  }

 private:
  WorkGraph graph_;
};

std::vector<std::int64_t> Numbers(const CriticalPath& path) {
  std::vector<std::int64_t> numbers;
  for (const CriticalPath::Step& step : path.steps) numbers.push_back(step.task);
  return numbers;
}

TEST(CriticalPath, IsTheChainWithTheMostWork) {
  Graph graph;
  const auto design = graph.Add({{0, 10}}, 10);
  const auto slow = graph.Add({{10, 50}}, 50);
  const auto late = graph.Add({{80, 90}}, 90);
  const auto review = graph.Add({{90, 95}}, 95);
  graph.Need(design, slow);
  graph.Need(design, late);
  graph.Need(slow, review);
  graph.Need(late, review);
  const CriticalPath path = graph.Find();
  EXPECT_THAT(Numbers(path), ElementsAre(1, 2, 4));
  EXPECT_EQ(path.chain_ms, 10 + 40 + 5);
  EXPECT_EQ(path.tasks, 3);
  EXPECT_EQ(path.steps[1].begin_ms, 10);
  EXPECT_EQ(path.steps[1].end_ms, 50);
}

TEST(CriticalPath, AllAttemptsOfATaskAreItsWork) {
  Graph graph;
  graph.Add({{0, 10}, {20, 25}}, 25);
  graph.Add({{0, 12}}, 12);
  const CriticalPath path = graph.Find();
  EXPECT_THAT(Numbers(path), ElementsAre(1));
  EXPECT_EQ(path.steps[0].work_ms, 15);
}

TEST(CriticalPath, LeadsThroughAWholeToWhatNeedsIt) {
  Graph graph;
  const auto whole = graph.Add({}, 30);
  const auto part = graph.Add({{0, 30}}, 30);
  const auto next = graph.Add({{30, 40}}, 40);
  graph.Need(part, whole);
  graph.Need(whole, next);
  const CriticalPath path = graph.Find();
  EXPECT_THAT(Numbers(path), ElementsAre(2, 3));
  EXPECT_EQ(path.chain_ms, 40);
}

TEST(CriticalPath, OfNothingHasNoSteps) {
  const CriticalPath path = FindCriticalPath({});
  EXPECT_EQ(path.chain_ms, 0);
  EXPECT_TRUE(path.steps.empty());
}

}  // namespace
}  // namespace skep::metrics
