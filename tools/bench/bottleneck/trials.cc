// How often bottleneck_analyze names what was planted: runs of small swarms, each slowed down by one thing or by none.
//
//   skep_bench_bottleneck [RUNS [SEED]] [-v]
//   skep_bench_bottleneck large [TASKS [AGENTS [TOPOLOGY]]]     how long one analysis of many tasks takes
//
// Whether there is something to be found is decided by playing, not by the analysis: a run is healthy when it is not
// much shorter without its dependencies, its failures, the agents' and the teams' differences (kHealthy); and what is
// planted into it counts only where the healthy run is shorter by kCosts at least. Other runs are drawn anew, and
// counted.
//
// The last row has runs as they are drawn, healthy or not: how often one without a plant is said to have no bottleneck.
// Thresholds and the sorts of runs were chosen while looking at seed 0: what counts is any other.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/planted_runs.h"

namespace skep::metrics {
namespace {

/// Shares of the run.
constexpr double kHealthy = kBinds / 2;
constexpr double kCosts = kBinds * 3 / 2;

std::string First(const BottleneckReport& report) {
  if (report.binding.empty()) return report.tasks < kFewestTasks ? "no data" : "nothing";
  return std::string(Names(Cause{})[static_cast<std::size_t>(report.binding.front().cause)]);
}

double Percentile(std::vector<double> values, double percent) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(percent / 100 * static_cast<double>(values.size())))];
}

struct Tally {
  std::map<std::string, int> said;
  int unhealthy = 0;
  int harmless = 0;
  std::vector<double> replay_error;  ///< |replay ÷ run − 1|
  std::vector<double> greatest;      ///< Share of the run that the first finding would save.
  std::vector<double> cost_error;    ///< Of the planted cause: what it would save, less what it really costs.
};

Tally Play(Planted planted, int runs, std::uint64_t first_seed, bool as_drawn, bool verbose) {
  Tally tally;
  std::uint64_t seed = first_seed + 1000 * (static_cast<std::uint64_t>(planted) + 1);
  for (int i = 0; i < runs; ++i) {
    swarm::SimulationOptions options;
    Analysed analysed;
    double cost = 0;
    for (bool suits = false; !suits;) {
      options = PlantedRun(planted, ++seed);
      swarm::SimulationOptions healthy = options;
      healthy.plant = {};
      if (!as_drawn && CostOfChance(healthy) > kHealthy) {
        ++tally.unhealthy;
        continue;
      }
      analysed = PlayAndAnalyse(options);
      if (planted != Planted::kNothing) cost = 1 - Seconds(healthy) / analysed.run_s;
      suits = planted == Planted::kNothing || cost >= kCosts || !analysed.error.empty();
      if (!suits) ++tally.harmless;
    }
    const BottleneckReport& report = analysed.report;
    const std::string said = analysed.error.empty() ? First(report) : "error: " + analysed.error;
    ++tally.said[said];
    tally.replay_error.push_back(std::abs(report.replayed_s / report.run_s - 1));
    std::string all;
    double greatest = 0;
    for (const auto* findings : {&report.binding, &report.others}) {
      for (const Finding& finding : *findings) {
        const double share = finding.saved_s.value_or(0) / report.run_s;
        greatest = std::max(greatest, share);
        all += fmt::format(" {}:{:.2f}", Names(Cause{})[static_cast<std::size_t>(finding.cause)], share);
        if (planted != Planted::kNothing && finding.cause == CauseOf(planted)) tally.cost_error.push_back(share - cost);
      }
    }
    tally.greatest.push_back(greatest);
    if (!verbose && said == NameOf(planted)) continue;
    fmt::print("{:18} seed {} {:12} agents {:2} tasks {:3} run {:6.0f} replay {:.3f} cost {:.2f}:{}{}\n",
               NameOf(planted), seed, Names(swarm::Topology{})[static_cast<std::size_t>(options.topology)],
               options.agents, options.tasks, report.run_s, report.replayed_s / report.run_s, cost,
               said == NameOf(planted) ? "" : " WRONG", all);
  }
  return tally;
}

double MsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

void TimeLarge(std::int64_t tasks, std::int64_t agents, swarm::Topology topology) {
  const TempDirectory directory;
  auto opened = store::Database::Open(directory / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
  if (!opened) return;
  store::Database& database = **opened;
  // Something of everything, so that everything is tried.
  swarm::SimulationOptions options{.agents = agents,
                                   .tasks = tasks,
                                   .topology = topology,
                                   .failure_rate = 0.05,
                                   .dependencies = 0.5,
                                   .capabilities = 3,
                                   .check_every = 1'000'000'000,
                                   .plant = {.slow_agent = 5, .file_rate = 0.01, .commit_us = 1000}};
  SimulationMeter meter(database, options);
  const auto played = swarm::Simulate(database, options);
  if (!played) return fmt::print("{}\n", played.error().message);
  meter.Finish();
  const auto swarm = swarm::NewestActive(database);
  for (int round = 0; round < 3; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    BottleneckAnalysis analysis({.swarm = *swarm, .now_ms = meter.last_ms() + 60'000});
    double longest_ms = 0;
    std::string longest;
    std::map<std::string, double> parts;
    for (bool more = true; more;) {
      const std::string doing = analysis.doing();
      const auto slice = std::chrono::steady_clock::now();
      more = analysis.Step(database);
      const double ms = MsSince(slice);
      parts[doing] += ms;
      if (ms > longest_ms) {
        longest_ms = ms;
        longest = doing;
      }
    }
    fmt::print("{} tasks, {} agents: {:.0f} ms in all, the longest slice {:.1f} ms ({})\n", analysis.report().tasks,
               agents, MsSince(begin), longest_ms, longest);
    for (const auto& [doing, ms] : parts) fmt::print("  {:6.1f} ms {}\n", ms, doing);
    fmt::print("{}\n", analysis.report().Summary());
  }
}

}  // namespace
}  // namespace skep::metrics

int main(int argc, char** argv) {
  using namespace skep::metrics;
  if (argc > 1 && std::string_view(argv[1]) == "large") {
    const auto topologies = Names(skep::swarm::Topology{});
    const auto named = std::ranges::find(topologies, std::string_view(argc > 4 ? argv[4] : "mesh"));
    TimeLarge(argc > 2 ? std::atoll(argv[2]) : 100'000, argc > 3 ? std::atoll(argv[3]) : 16,
              static_cast<skep::swarm::Topology>(named - topologies.begin()));
    return 0;
  }
  const int runs = argc > 1 ? std::atoi(argv[1]) : 100;
  const bool verbose = std::string_view(argv[argc - 1]) == "-v";
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  std::vector<std::pair<Planted, Tally>> all;
  for (const Planted planted : kAllPlanted) all.emplace_back(planted, Play(planted, runs, seed, false, verbose));
  all.emplace_back(Planted::kNothing, Play(Planted::kNothing, runs, seed, true, verbose));
  fmt::print("\n{:20} {:>7} {:>11} {:>15} {:>15} {:>18}  otherwise\n", "planted", "right", "drawn anew", "replay error",
             "greatest share", "share less truth");
  fmt::print("{:20} {:>7} {:>11} {:>15} {:>15} {:>18}\n", "", "", "", "p50 / p95", "p50 / p95", "p5 / p50 / p95");
  for (const auto& [planted, tally] : all) {
    std::string otherwise;
    for (const auto& [said, times] : tally.said) {
      if (said != NameOf(planted)) otherwise += fmt::format(" {} {}", times, said);
    }
    const auto right = tally.said.find(std::string(NameOf(planted)));
    fmt::print("{:20} {:>3}/{:<3} {:>11} {:>7.1f} /{:>5.1f} % {:>6.1f} /{:>5.1f} % {:>5.1f} /{:>4.1f} /{:>4.1f}  {}\n",
               NameOf(planted), right == tally.said.end() ? 0 : right->second, runs,
               fmt::format("{} + {}", tally.unhealthy, tally.harmless), 100 * Percentile(tally.replay_error, 50),
               100 * Percentile(tally.replay_error, 95), 100 * Percentile(tally.greatest, 50),
               100 * Percentile(tally.greatest, 95), 100 * Percentile(tally.cost_error, 5),
               100 * Percentile(tally.cost_error, 50), 100 * Percentile(tally.cost_error, 95), otherwise);
  }
}
