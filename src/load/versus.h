#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "load/figure.h"
#include "load/load.h"
#include "load/statistics.h"
#include "skep/error.h"

namespace skep::load {

/// A server among several.
struct Contender {
  Target target;
  std::vector<Outcome> rounds;
};

/// The rounds, counted from 0, in which a connection ended.
std::vector<std::size_t> BrokenOff(const Contender& contender);

/// A figure of several servers.
struct Compared {
  struct One {
    std::optional<double> median;  ///< Over the rounds that have it.
    std::optional<Range> range;    ///< Of the median.
    /// Its median by the first server's, of the rounds in which both have the figure. Of the first: nothing.
    std::optional<Ratio> ratio;
  };
  Figure figure;
  std::vector<One> contenders;  ///< In their order.
};
/// All that is shown, of all. REQUIRES: as many rounds of each, except that the last one may be missing.
std::vector<Compared> Compare(std::span<const Contender> contenders);

/// Runs the plan on one server after the other, and again (A B A B): what slows the machine down for a while slows all
/// of them. Each run has its server to itself, and a home of its own unless the plan has one. An outcome that was
/// interrupted is the last one. `begins` is called before each run. Fails as Run()
/// does in the first round; later, what failed is an outcome that broke off.
using Begins = std::function<void(int round, const Target& target)>;
Expected<std::vector<Contender>> RunInTurn(std::span<const Target> targets, const Plan& plan, int rounds,
                                           const Begins& begins, const Watch& watch);

}  // namespace skep::load
