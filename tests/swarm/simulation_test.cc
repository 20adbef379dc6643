#include "swarm/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "store/database.h"
#include "support/temp_directory.h"
#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

constexpr std::array kTopologies = {Topology::kHierarchical, Topology::kMesh, Topology::kRing, Topology::kStar,
                                    Topology::kAdaptive};

/// What came of a run in a database of its own; a broken rule is a failure of the test.
SimulationResult Play(const SimulationOptions& options) {
  const TempDirectory directory;
  auto database = store::Database::Open(directory / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
  EXPECT_TRUE(database) << database.error().message;
  if (!database) return {};
  auto result = Simulate(**database, options);
  EXPECT_TRUE(result) << result.error().message;
  return result ? *std::move(result) : SimulationResult();
}

std::int64_t Succeeded(const SimulationResult& result) {
  return result.tasks[static_cast<std::size_t>(TaskState::kSucceeded)];
}

class Simulated : public testing::TestWithParam<Topology> {};

TEST_P(Simulated, IndependentTasksAreAllDoneOnce) {
  const SimulationResult result = Play({.agents = 8, .tasks = 200, .topology = GetParam(), .check_every = 50});
  EXPECT_EQ(Succeeded(result), 200);
  EXPECT_EQ(result.refused, 0);
  EXPECT_EQ(result.claims, GetParam() == Topology::kRing ? 200 * 8 : 200);
}

TEST_P(Simulated, AllThatGoesWrongAtOnceBreaksNoRule) {
  SimulationResult all;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const SimulationResult result = Play({.agents = 12,
                                          .tasks = 150,
                                          .topology = GetParam(),
                                          .seed = seed,
                                          .failure_rate = 0.1,
                                          .crash_rate = 0.03,
                                          .stall_rate = 0.02,
                                          .lost_rate = 0.05,
                                          .cancel_rate = 0.02,
                                          .dependencies = 1.2,
                                          .capabilities = 3,
                                          .arrive_s = 600,
                                          .check_every = 1});
    all.refused += result.refused;
    all.crashes += result.crashes;
    all.stalls += result.stalls;
    EXPECT_GT(Succeeded(result), 0);
  }
  // It was not all too easy.
  EXPECT_GT(all.refused, 0);
  EXPECT_GT(all.crashes, 0);
  EXPECT_GT(all.stalls, 0);
}

TEST_P(Simulated, SameSeedSameRun) {
  const SimulationOptions options{.agents = 5,
                                  .tasks = 60,
                                  .topology = GetParam(),
                                  .failure_rate = 0.1,
                                  .crash_rate = 0.02,
                                  .dependencies = 1,
                                  .capabilities = 2};
  const SimulationResult first = Play(options);
  const SimulationResult second = Play(options);
  EXPECT_EQ(first.hash, second.hash);
  EXPECT_EQ(first.virtual_s, second.virtual_s);
  SimulationOptions other = options;
  other.seed = 2;
  EXPECT_NE(Play(other).hash, first.hash);
}

TEST_P(Simulated, OneAgentDoesItAll) {
  const SimulationResult result =
      Play({.agents = 1, .tasks = 40, .topology = GetParam(), .dependencies = 1, .check_every = 10});
  EXPECT_EQ(Succeeded(result), 40);
}

TEST_P(Simulated, EndsWhenItIsToGoOnNoLonger) {
  const TempDirectory directory;
  auto database = store::Database::Open(directory / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
  ASSERT_TRUE(database);
  int asked = 0;
  const auto result = Simulate(
      **database, {.agents = 3, .tasks = 50, .topology = GetParam(), .goes_on = [&] { return ++asked < 100; }});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
}

INSTANTIATE_TEST_SUITE_P(Topologies, Simulated, testing::ValuesIn(kTopologies),
                         [](const auto& topology) { return std::string(NameOf(topology.param)); });

TEST(Simulation, WhatIsPlantedCostsTime) {
  const auto seconds = [](const Plant& plant) {
    return Play({.agents = 8, .tasks = 160, .topology = Topology::kStar, .check_every = 20, .plant = plant}).virtual_s;
  };
  const double healthy = seconds({});
  EXPECT_GT(seconds({.slow_agent = 10}), 1.1 * healthy);
  EXPECT_GT(seconds({.chain = 50}), 1.5 * healthy);
  EXPECT_GT(seconds({.file_rate = 0.5}), 2 * healthy);
  EXPECT_GT(seconds({.rare_rate = 0.5}), 2 * healthy);
  EXPECT_GT(seconds({.commit_us = 3'000'000}), 1.3 * healthy);
  EXPECT_GT(seconds({.hold_us = 60'000'000, .hold_every_us = 20'000'000}), 1.3 * healthy);
}

TEST(Simulation, TellsWhatAServerWouldMeasure) {
  SimulationOptions options{.agents = 4,
                            .tasks = 40,
                            .topology = Topology::kMesh,
                            .plant = {.file_rate = 1, .hold_us = 5'000'000, .hold_every_us = 20'000'000}};
  std::int64_t calls = 0;
  std::int64_t longest_us = 0;
  std::int64_t queued_us = 0;
  std::int64_t waited_ms = 0;
  options.on_call = [&](const SimulatedCall& call) {
    ++calls;
    longest_us = std::max(longest_us, call.run_us);
    queued_us = std::max(queued_us, call.queue_us);
  };
  options.on_contention = [&](std::string_view path, std::int64_t ms, bool, std::int64_t) {
    EXPECT_EQ(path, kWantedFile);
    waited_ms += ms;
  };
  const SimulationResult result = Play(options);
  EXPECT_EQ(calls, result.calls);
  EXPECT_GT(longest_us, 5'000'000);
  EXPECT_GT(queued_us, 1'000'000) << "others wait for what takes long";
  EXPECT_GT(waited_ms, 0);
}

TEST(Simulation, IndependentWorkScalesWithTheAgents) {
  for (const Topology topology : {Topology::kStar, Topology::kMesh}) {
    const auto rate = [&](std::int64_t agents) {
      const SimulationResult result = Play({.agents = agents, .tasks = agents * 60, .topology = topology});
      return static_cast<double>(Succeeded(result)) / result.virtual_s;
    };
    EXPECT_GT(rate(32), 0.85 * 32 * rate(1)) << NameOf(topology);
  }
}

}  // namespace
}  // namespace skep::swarm
