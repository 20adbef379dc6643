#include "metrics/pace.h"

#include <algorithm>
#include <cmath>

namespace skep::metrics {
namespace {

/// Agents that take less than so many times as long as the median one are not worth a change: people's and models'
/// ordinary differences.
constexpr double kSlow = 1.5;
/// Of a normal distribution, 0.13 % lies beyond so many standard deviations on one side.
constexpr double kDoubt = 3;
/// One piece may be long for any reason.
constexpr std::int64_t kFewest = 2;
/// Rounds of the fit: it has settled to some percent after two or three.
constexpr int kRounds = 6;

struct Mean {
  double sum = 0;
  std::int64_t count = 0;
  void Add(double value) {
    sum += value;
    ++count;
  }
  double value() const { return count == 0 ? 0 : sum / static_cast<double>(count); }
};

/// What one piece took.
struct Took {
  std::uint32_t agent;
  std::uint32_t kind;
  double log_ms;
};

std::vector<Took> Measured(const WorkGraph& graph) {
  std::vector<Took> all;
  all.reserve(graph.pieces.size());
  for (const WorkGraph::Task& task : graph.tasks) {
    for (std::uint32_t i = 0; i < task.pieces; ++i) {
      const WorkGraph::Piece& piece = graph.pieces[task.first_piece + i];
      // What was given back says little of how long it would have taken.
      if (piece.wasted || piece.agent == WorkGraph::kNobody) continue;
      const auto ms = static_cast<double>(std::max<std::int64_t>(piece.end_ms - piece.begin_ms, 1));
      all.push_back({piece.agent, task.capability, std::log(ms)});
    }
  }
  return all;
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

Pace MeasurePace(const WorkGraph& graph) {
  const std::vector<Took> all = Measured(graph);
  std::vector<Mean> agents(graph.agents.size());
  std::vector<Mean> kinds(graph.capabilities.size());
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Mean> anew(kinds.size());
    for (const Took& took : all) anew[took.kind].Add(took.log_ms - agents[took.agent].value());
    kinds = std::move(anew);
    std::vector<Mean> again(agents.size());
    for (const Took& took : all) again[took.agent].Add(took.log_ms - kinds[took.kind].value());
    agents = std::move(again);
  }
  double squares = 0;
  for (const Took& took : all) {
    const double chance = took.log_ms - kinds[took.kind].value() - agents[took.agent].value();
    squares += chance * chance;
  }
  std::vector<double> measured;
  for (const Mean& agent : agents) {
    if (agent.count > 0) measured.push_back(agent.value());
  }
  const double usual = Median(measured);
  Pace pace{.slowness = {}, .pieces = {}, .spread = 0};
  if (all.size() > measured.size()) {
    pace.spread = std::sqrt(squares / static_cast<double>(all.size() - measured.size()));
  }
  for (const Mean& agent : agents) {
    // One piece's worth of what is usual counts beside those that were measured.
    const auto count = static_cast<double>(agent.count);
    const double log = agent.count == 0 ? 0 : (agent.value() - usual) * count / (count + 1);
    pace.slowness.push_back(std::exp(log));
    pace.pieces.push_back(agent.count);
  }
  return pace;
}

std::vector<std::uint32_t> Pace::Slow() const {
  std::vector<std::uint32_t> slow;
  for (std::uint32_t i = 0; i < slowness.size(); ++i) {
    if (pieces[i] < kFewest) continue;
    const double error = spread / std::sqrt(static_cast<double>(pieces[i]));
    if (std::log(slowness[i]) - kDoubt * error > std::log(kSlow)) slow.push_back(i);
  }
  std::ranges::sort(slow, [&](std::uint32_t a, std::uint32_t b) { return slowness[a] > slowness[b]; });
  return slow;
}

}  // namespace skep::metrics
