#include "metrics/critical_path.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/limits.h"

namespace skep::metrics {
namespace {

std::int64_t WorkOn(const WorkGraph& graph, const WorkGraph::Task& task) {
  std::int64_t work_ms = 0;
  for (std::uint32_t p = 0; p < task.pieces; ++p) {
    const WorkGraph::Piece& piece = graph.pieces[task.first_piece + p];
    work_ms += std::max<std::int64_t>(piece.end_ms - piece.begin_ms, 0);
  }
  return work_ms;
}

}  // namespace

CriticalPath FindCriticalPath(const WorkGraph& graph) {
  // A task ends after those that it needs, and a whole with the last of its parts, by nobody's work.
  std::vector<std::uint32_t> order(graph.tasks.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {},
                    [&](std::uint32_t i) { return std::pair(graph.tasks[i].ended_ms, graph.tasks[i].pieces == 0); });
  CriticalPath path{.actual_ms = graph.busy_ms()};
  std::vector<std::int64_t> chain_ms(order.size());
  std::vector<std::uint32_t> before(order.size(), WorkGraph::kNobody);
  std::uint32_t last = WorkGraph::kNobody;
  for (const std::uint32_t i : order) {
    const WorkGraph::Task& task = graph.tasks[i];
    chain_ms[i] += WorkOn(graph, task);
    if (chain_ms[i] > path.chain_ms) {
      path.chain_ms = chain_ms[i];
      last = i;
    }
    for (std::uint32_t d = 0; d < task.dependants; ++d) {
      const std::uint32_t next = graph.dependants[task.first_dependant + d];
      if (chain_ms[i] <= chain_ms[next]) continue;
      chain_ms[next] = chain_ms[i];
      before[next] = i;
    }
  }
  for (std::uint32_t i = last; i != WorkGraph::kNobody; i = before[i]) {
    const WorkGraph::Task& task = graph.tasks[i];
    if (task.pieces == 0) continue;
    path.steps.push_back({.task = task.number,
                          .begin_ms = graph.pieces[task.first_piece].begin_ms,
                          .end_ms = task.ended_ms,
                          .work_ms = WorkOn(graph, task)});
  }
  std::ranges::reverse(path.steps);
  path.tasks = std::ssize(path.steps);
  return path;
}

CriticalPath FindCriticalPath(store::Database& database, const swarm::Swarm& swarm) {
  WorkGraphReader reader(swarm, kChainTasks);
  while (reader.Read(database) && !database.error()) {
  }
  return FindCriticalPath(reader.graph());
}

}  // namespace skep::metrics
