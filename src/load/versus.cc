#include "load/versus.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace skep::load {
namespace {

std::vector<double> ValuesOf(const Figure& figure, const Contender& contender) {
  std::vector<double> values;
  for (const Outcome& outcome : contender.rounds) {
    if (const auto value = ValueOf(figure, outcome)) values.push_back(*value);
  }
  return values;
}

std::optional<Ratio> RatioOf(const Figure& figure, const Contender& one, const Contender& first) {
  std::vector<double> above;
  std::vector<double> below;
  for (std::size_t round = 0; round < std::min(one.rounds.size(), first.rounds.size()); ++round) {
    const auto value = ValueOf(figure, one.rounds[round]);
    const auto beside = ValueOf(figure, first.rounds[round]);
    if (!value || !beside) continue;
    above.push_back(*value);
    below.push_back(*beside);
  }
  return RatioOfMedians(above, below);
}

}  // namespace

std::vector<std::size_t> BrokenOff(const Contender& contender) {
  std::vector<std::size_t> rounds;
  for (std::size_t round = 0; round < contender.rounds.size(); ++round) {
    if (!contender.rounds[round].broken_off.empty()) rounds.push_back(round);
  }
  return rounds;
}

std::vector<Compared> Compare(std::span<const Contender> contenders) {
  std::vector<Compared> all;
  for (const Figure& figure : ShownFigures()) {
    Compared compared{.figure = figure, .contenders = {}};
    for (const Contender& contender : contenders) {
      const std::vector<double> values = ValuesOf(figure, contender);
      Compared::One one{.median = Median(values), .range = BootstrapInterval(values)};
      if (&contender != &contenders.front()) one.ratio = RatioOf(figure, contender, contenders.front());
      compared.contenders.push_back(one);
    }
    all.push_back(std::move(compared));
  }
  return all;
}

Expected<std::vector<Contender>> RunInTurn(std::span<const Target> targets, const Plan& plan, int rounds,
                                           const Begins& begins, const Watch& watch) {
  std::vector<Contender> contenders;
  for (const Target& target : targets) contenders.push_back({.target = target, .rounds = {}});
  for (int round = 0; round < rounds; ++round) {
    for (Contender& contender : contenders) {
      begins(round, contender.target);
      auto outcome = Run(contender.target, plan, watch);
      if (!outcome && round == 0) return std::unexpected(std::move(outcome.error()));
      if (!outcome) outcome = Outcome{.broken_off = std::move(outcome.error().message)};
      const bool interrupted = outcome->interrupted;
      contender.rounds.push_back(*std::move(outcome));
      if (interrupted) return contenders;
    }
  }
  return contenders;
}

}  // namespace skep::load
