#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/work_graph.h"

namespace skep::metrics {

/// Graphs of a test's own, in whole seconds.
class GraphOf {
 public:
  explicit GraphOf(swarm::Topology wiring = swarm::Topology::kStar) { graph_.wiring = wiring; }

  std::uint32_t Agent(std::initializer_list<std::string_view> capabilities = {},
                      std::uint32_t lead = WorkGraph::kNobody) {
    const auto number = static_cast<std::int64_t>(graph_.agents.size()) + 1;
    WorkGraph::Agent& agent = graph_.agents.emplace_back();
    agent.number = number;
    agent.name = "agent-" + std::to_string(number);
    agent.lead = lead;
    agent.works = true;
    for (const std::string_view name : capabilities) agent.capabilities.push_back(graph_.CapabilityOf(name));
    return static_cast<std::uint32_t>(number - 1);
  }
  /// One that `agent` worked on from `begin_s` to `end_s`.
  std::uint32_t Task(std::uint32_t agent, std::int64_t begin_s, std::int64_t end_s, std::string_view capability = "",
                     std::int64_t made_s = 0) {
    const std::uint32_t place = Whole(made_s, end_s);
    WorkGraph::Task& task = graph_.tasks.back();
    task.ready_ms = task.made_ms;
    task.capability = capability.empty() ? 0 : graph_.CapabilityOf(capability);
    Piece(agent, begin_s, end_s);
    return place;
  }
  /// One that is done by its parts.
  std::uint32_t Whole(std::int64_t made_s, std::int64_t end_s) {
    WorkGraph::Task& task = graph_.tasks.emplace_back();
    task.number = static_cast<std::int64_t>(graph_.tasks.size());
    task.made_ms = made_s * 1000;
    task.ended_ms = end_s * 1000;
    task.first_piece = static_cast<std::uint32_t>(graph_.pieces.size());
    return static_cast<std::uint32_t>(graph_.tasks.size() - 1);
  }
  /// Another attempt, or stage, of the task made last.
  WorkGraph::Piece& Piece(std::uint32_t agent, std::int64_t begin_s, std::int64_t end_s) {
    ++graph_.tasks.back().pieces;
    return graph_.pieces.emplace_back(
        WorkGraph::Piece{.agent = agent, .begin_ms = begin_s * 1000, .end_ms = end_s * 1000});
  }
  void Need(std::uint32_t needed, std::uint32_t task) { graph_.Need(needed, task); }

  WorkGraph::Agent& agent(std::uint32_t place) { return graph_.agents[place]; }
  WorkGraph::Task& task(std::uint32_t place) { return graph_.tasks[place]; }
  const WorkGraph& Done() {
    graph_.Wire();
    return graph_;
  }

 private:
  WorkGraph graph_;
};

}  // namespace skep::metrics
