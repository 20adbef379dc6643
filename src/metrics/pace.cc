#include "metrics/pace.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace skep::metrics {
namespace {

/// Agents that take less than so many times as long as the median one differ as models and tasks do: who is half as
/// fast is slow.
constexpr double kSlow = 2;
/// So many standard errors beyond that: of agents that are just so slow, one in 44 is called so, and of equal ones
/// none.
constexpr double kDoubt = 2;
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

std::int64_t BetweenMs(const WorkGraph& graph) {
  struct Claim {
    std::uint32_t agent;
    std::int64_t begin_ms;
    std::int64_t end_ms;
    std::int64_t ready_ms;
  };
  std::vector<Claim> claims;
  claims.reserve(graph.tasks.size());
  for (const WorkGraph::Task& task : graph.tasks) {
    // When it became ready is known of the last claim only.
    if (task.pieces == 0) continue;
    const WorkGraph::Piece& piece = graph.pieces[task.first_piece + task.pieces - 1];
    claims.push_back({piece.agent, piece.begin_ms, piece.end_ms, task.ready_ms});
  }
  std::ranges::sort(claims, {}, [](const Claim& claim) { return std::pair(claim.agent, claim.begin_ms); });
  std::vector<double> between;
  for (std::size_t i = 1; i < claims.size(); ++i) {
    const Claim& before = claims[i - 1];
    const Claim& claim = claims[i];
    if (claim.agent != before.agent || claim.ready_ms > before.end_ms || claim.begin_ms < before.end_ms) continue;
    between.push_back(static_cast<double>(claim.begin_ms - before.end_ms));
  }
  return static_cast<std::int64_t>(Median(std::move(between)));
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
  Pace pace;
  pace.between_ms = BetweenMs(graph);
  if (all.size() > measured.size()) {
    pace.spread = std::sqrt(squares / static_cast<double>(all.size() - measured.size()));
  }
  for (const Mean& agent : agents) {
    pace.slowness.push_back(agent.count == 0 ? 1 : std::exp(agent.value() - usual));
    pace.pieces.push_back(agent.count);
  }
  return pace;
}

std::vector<std::uint32_t> Pace::Slow() const {
  std::vector<std::uint32_t> slow;
  for (std::uint32_t i = 0; i < slowness.size(); ++i) {
    if (pieces[i] == 0) continue;
    const double error = spread / std::sqrt(static_cast<double>(pieces[i]));
    if (std::log(slowness[i]) - kDoubt * error > std::log(kSlow)) slow.push_back(i);
  }
  std::ranges::sort(slow, [&](std::uint32_t a, std::uint32_t b) { return slowness[a] > slowness[b]; });
  return slow;
}

}  // namespace skep::metrics
