#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/crew.h"

namespace skep::bench {

/// One task of a scenario.
struct Step {
  std::string title;
  std::string role;                ///< Who can do it: an agent's type, and the capability that the task requires.
  std::vector<std::size_t> needs;  ///< Places of earlier steps.
  double mean_s = 60;              ///< How long it takes, log-normally distributed…
  double sigma = 0.5;              ///< …with this sigma of the logarithm.
};

struct Share {
  std::string_view role;
  double share = 1;  ///< Of the agents. Each role has at least one.
};

/// A project of a certain shape.
struct Scenario {
  std::string_view name;
  std::string_view summary;
  std::string_view topology;
  std::vector<Share> crew;
  std::vector<Step> steps;
};

Scenario Ecommerce();
Scenario MlPipeline();
Scenario Microservices();

/// So many agents, or as many as there are roles, by their shares.
std::vector<Member> MembersOf(const Scenario& scenario, std::int64_t agents);
/// Its steps, with the work that the seed draws for each, multiplied by `scale`.
std::vector<Job> JobsOf(const Scenario& scenario, std::uint64_t seed, double scale);
/// The longest chain of work, which no number of agents can shorten.
double LongestChainS(const std::vector<Job>& jobs);

}  // namespace skep::bench
