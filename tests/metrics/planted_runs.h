#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "metrics/bottleneck.h"
#include "metrics/simulated.h"
#include "store/database.h"
#include "support/temp_directory.h"
#include "swarm/simulation.h"
#include "swarm/simulation_random.h"

namespace skep::metrics {

/// Runs of small swarms of all sorts, into which one thing that slows them down is planted.
enum class Planted { kNothing, kSlowAgent, kLongChain, kHotLease, kStarvedCapability, kSlowDisk, kOversizedBatch };
inline constexpr std::array kAllPlanted = {Planted::kNothing,       Planted::kSlowAgent,         Planted::kLongChain,
                                           Planted::kHotLease,      Planted::kStarvedCapability, Planted::kSlowDisk,
                                           Planted::kOversizedBatch};

/// What the analysis is to call it. Not for kNothing.
constexpr Cause CauseOf(Planted planted) {
  constexpr Cause kCauses[] = {Cause::kSlowAgent,         Cause::kSlowAgent, Cause::kDependencyChain, Cause::kHotLease,
                               Cause::kStarvedCapability, Cause::kSlowDisk,  Cause::kOversizedBatch};
  return kCauses[static_cast<std::size_t>(planted)];
}
constexpr std::string_view NameOf(Planted planted) {
  return planted == Planted::kNothing ? "nothing" : Names(Cause{})[static_cast<std::size_t>(CauseOf(planted))];
}

/// A run of a healthy swarm: agents that are about as fast as one another, capabilities that enough of them have,
/// short chains, few failures; the work comes at once, or over the first third of the run.
inline swarm::SimulationOptions HealthyRun(std::uint64_t seed) {
  swarm::Random random{seed, 100};
  const auto between = [&](double least, double most) { return least + (most - least) * random.Unit(); };
  static constexpr swarm::Topology kTopologies[] = {swarm::Topology::kMesh, swarm::Topology::kStar,
                                                    swarm::Topology::kHierarchical};
  swarm::SimulationOptions run;
  run.seed = seed;
  run.agents = 4 + random.Below(13);
  run.tasks = 100 + random.Below(201);
  run.topology = kTopologies[random.Below(3)];
  run.task_s = between(20, 60);
  run.task_sigma = between(0.2, 0.6);
  run.speed_sigma = between(0.05, 0.2);
  run.capabilities = random.Below(3);
  if (random.Chance(0.5)) run.dependencies = 0.2;
  run.most_parts = 4;
  if (random.Chance(0.5)) run.failure_rate = 0.01;
  const double work_s = static_cast<double>(run.tasks) * run.task_s / static_cast<double>(run.agents);
  if (random.Chance(0.5)) run.arrive_s = work_s * between(0.1, 0.35);
  run.check_every = 1'000'000;
  return run;
}

inline swarm::SimulationOptions PlantedRun(Planted planted, std::uint64_t seed) {
  swarm::SimulationOptions run = HealthyRun(seed);
  swarm::Random random{seed, 101};
  const auto between = [&](double least, double most) { return least + (most - least) * random.Unit(); };
  const auto agents = static_cast<double>(run.agents);
  switch (planted) {
    case Planted::kNothing:
      break;
    case Planted::kSlowAgent:
      run.plant.slow_agent = between(4, 10);
      break;
    case Planted::kLongChain:
      run.plant.chain = std::lround(
          std::min(static_cast<double>(run.tasks) / agents * between(1.5, 3), static_cast<double>(run.tasks) * 0.6));
      break;
    case Planted::kHotLease:
      run.plant.file_rate = between(std::min(0.6, 2 / agents), 0.9);
      break;
    case Planted::kStarvedCapability:
      run.plant.rare_rate = between(std::min(0.5, 2 / agents), 0.7);
      break;
    case Planted::kSlowDisk:
      run.arrive_s *= 4 / run.task_s;
      run.task_s = 4;
      run.plant.commit_us = std::llround(between(0.1, 0.3) * 4e6);
      break;
    case Planted::kOversizedBatch:
      run.arrive_s *= 4 / run.task_s;
      run.task_s = 4;
      run.plant.hold_us = std::llround(between(1, 3) * 4e6);
      run.plant.hold_every_us = std::llround(static_cast<double>(run.plant.hold_us) * between(0.5, 1.5));
      break;
  }
  return run;
}

/// What the analysis says of a run, and how long that really took.
struct Analysed {
  double run_s = 0;
  BottleneckReport report;
  std::string error;
};
inline Analysed PlayAndAnalyse(swarm::SimulationOptions options) {
  const TempDirectory directory;
  auto opened = store::Database::Open(directory / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
  if (!opened) return {.error = opened.error().message};
  store::Database& database = **opened;
  SimulationMeter meter(database, options);
  const auto played = swarm::Simulate(database, options);
  if (!played) return {.error = played.error().message};
  meter.Finish();
  const auto swarm = swarm::NewestActive(database);
  BottleneckAnalysis analysis({.swarm = *swarm, .now_ms = meter.last_ms() + 60'000});
  while (analysis.Step(database)) {
  }
  if (database.error()) return {.error = database.error()->message};
  return {.run_s = played->virtual_s, .report = analysis.report()};
}

/// How long a run takes.
inline double Seconds(const swarm::SimulationOptions& options) {
  const TempDirectory directory;
  auto opened = store::Database::Open(directory / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
  const auto played = opened ? swarm::Simulate(**opened, options) : std::unexpected(opened.error());
  return played ? played->virtual_s : 0;
}

/// Share of a run that what makes it unhealthy by chance costs, as playing it without shows: its dependencies, its
/// failures, that agents differ, that teams do; the greatest of them.
inline double CostOfChance(const swarm::SimulationOptions& run) {
  const double run_s = Seconds(run);
  double least_s = run_s;
  const auto without = [&](auto change) {
    swarm::SimulationOptions other = run;
    change(other);
    least_s = std::min(least_s, Seconds(other));
  };
  if (run.dependencies > 0) without([](swarm::SimulationOptions& other) { other.wired = false; });
  if (run.failure_rate > 0) without([](swarm::SimulationOptions& other) { other.failure_rate = 0; });
  without([](swarm::SimulationOptions& other) { other.speed_sigma = 0; });
  if (run.topology == swarm::Topology::kHierarchical) {
    without([](swarm::SimulationOptions& other) { other.topology = swarm::Topology::kStar; });
  }
  return 1 - least_s / run_s;
}

}  // namespace skep::metrics
