#pragma once

#include <string>
#include <string_view>

#include "bench/run.h"
#include "bench/scenario.h"
#include "skep/error.h"

namespace skep::bench {

/// ecommerce, ml-pipeline or microservices; else kInvalidArgument, with the names that there are and the nearest.
Expected<const Scenario*> FindScenario(std::string_view name);

/// How long a scenario may take unless something else is asked for.
inline constexpr double kScenarioS = 30;

/// Plays it in virtual time, by the swarm's own code on a database of its own, with the work that it states; and for
/// real, with that work scaled down so that it fits the time, by clients of a server. The rows say which is which.
void Play(const Scenario& scenario, Run& run, double seconds);

}  // namespace skep::bench
