#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/scratch.h"
#include "bench/crew.h"
#include "bench/suites.h"
#include "swarm/simulation.h"
#include "swarm/simulation_random.h"

// The suites topology and scaling: the same workload for crews that differ in one thing.

namespace skep::bench {
namespace {

constexpr std::string_view kTopologies[] = {"star", "hierarchical", "mesh", "ring", "adaptive"};
constexpr std::int64_t kSizes[] = {2, 4, 8, 16, 32, 64, 128};
/// How long a task takes in the mean: some ten times what a claim and a report take, so that both work and waiting
/// show.
constexpr double kWorkS = 0.020;
constexpr double kSigma = 0.5;
/// Tasks of a simulated swarm for each of its agents: enough that its beginning and end do not count.
constexpr std::int64_t kSimulatedEach = 60;

/// Tasks that this many agents are done with in about that time, in which setting up is not contained.
std::vector<Job> Workload(std::int64_t agents, double seconds, std::uint64_t seed) {
  const double tasks = std::max(2.0, seconds / kWorkS) * static_cast<double>(agents);
  std::vector<Job> jobs(static_cast<std::size_t>(tasks));
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i] = {.title = fmt::format("task {}", i),
               .required = {},
               .needs = {},
               .work_s = kWorkS * swarm::Random{seed, i}.LogNormal(kSigma)};
  }
  return jobs;
}

Expected<std::vector<double>> Play(Run& run, std::string_view topology, std::int64_t agents, double seconds) {
  auto server = Server::Start(run.options(), {.listening = true});
  if (!server) return std::unexpected(std::move(server.error()));
  // A third goes into setting up and taking down.
  const std::vector<Job> jobs = Workload(agents, seconds * 2 / 3, run.options().seed);
  const auto worked =
      WorkOff(*server, topology, CrewOf(topology, agents), jobs, 5 * seconds + 5, [&run] { return run.stopped(); });
  if (!worked) return std::unexpected(worked.error());
  const auto ms = [&](double percent) {
    return static_cast<double>(worked->latency.Percentile(percent).value_or(0)) / 1e6;
  };
  const double whole = static_cast<double>(agents) * worked->seconds;
  return std::vector<double>{static_cast<double>(worked->finished) / worked->seconds,
                             ms(50),
                             ms(95),
                             ms(99),
                             100 * worked->server_cores.value_or(0),
                             worked->peak_bytes.value_or(0) / 1e6,
                             100 * worked->work_s / whole,
                             100 * static_cast<double>(worked->finished) / static_cast<double>(jobs.size())};
}

std::vector<Figure> FiguresOf(const std::string& subject, const std::string& note) {
  const auto figure = [&](std::string_view name, std::string_view unit, Better better) {
    return Figure{
        .name = std::string(name), .unit = std::string(unit), .better = better, .note = note, .subject = subject};
  };
  return {figure("tasks", "/s", Better::kHigher),
          figure("p50", "ms", Better::kLower),
          figure("p95", "ms", Better::kLower),
          figure("p99", "ms", Better::kLower),
          figure("server CPU", "% of a core", Better::kLower),
          figure("server memory", "MB", Better::kLower),
          figure("agents at work", "%", Better::kHigher),
          figure("success", "%", Better::kHigher)};
}

/// The scheduler in virtual time, which has no server and no disk.
Expected<std::vector<double>> Simulated(const Options& options, swarm::Topology topology) {
  const auto scratch = Scratch::Make(options.directory);
  if (!scratch) return std::unexpected(scratch.error());
  auto database = store::Database::Open(*scratch / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
  if (!database) return std::unexpected(std::move(database.error()));
  const std::int64_t tasks = kSimulatedEach * options.agents;
  const auto result = swarm::Simulate(**database, {.agents = options.agents,
                                                   .tasks = tasks,
                                                   .topology = topology,
                                                   .seed = options.seed,
                                                   .check_every = std::max<std::int64_t>(tasks, 10'000),
                                                   .stopwatch = &SystemClock()});
  if (!result) return std::unexpected(result.error());
  Histogram calls = result->claiming;
  calls.Merge(result->reporting);
  const auto us = [&](double percent) { return static_cast<double>(calls.Percentile(percent).value_or(0)) / 1e3; };
  const auto succeeded = static_cast<double>(result->tasks[static_cast<std::size_t>(swarm::TaskState::kSucceeded)]);
  return std::vector<double>{result->virtual_s > 0 ? succeeded / result->virtual_s : 0,
                             us(50),
                             us(95),
                             us(99),
                             100 * result->utilisation,
                             100 * succeeded / static_cast<double>(tasks)};
}

void MeasureSimulated(Run& run, std::size_t topology, double seconds) {
  const std::string subject = std::string(kTopologies[topology]);
  const auto figure = [&](std::string_view name, std::string_view unit, Better better) {
    return Figure{.name = std::string(name),
                  .unit = std::string(unit),
                  .better = better,
                  .note = "tasks of 30 s in virtual time; p50 … p99 are what claims and reports really cost in process",
                  .subject = subject};
  };
  const auto names = Names(swarm::Topology{});
  const auto kind = static_cast<swarm::Topology>(std::ranges::find(names, kTopologies[topology]) - names.begin());
  Measure(run,
          {.suite = "topology, simulated",
           .figures = {figure("tasks, virtual", "/s", Better::kHigher), figure("p50, in process", "µs", Better::kLower),
                       figure("p95, in process", "µs", Better::kLower), figure("p99, in process", "µs", Better::kLower),
                       figure("agents at work", "%", Better::kHigher), figure("success", "%", Better::kHigher)},
           .probe = [&](double) { return Simulated(run.options(), kind); }},
          seconds);
}

}  // namespace

void Topologies(Run& run, double seconds) {
  // The simulation needs a sixth of what the real crews take.
  const double part_s = seconds / static_cast<double>(std::size(kTopologies));
  for (const std::string_view topology : kTopologies) {
    if (run.stopped()) return;
    const std::string note = fmt::format(
        "{} clients with a connection each, log-normal work of {:.0f} ms; p50 … p99 of "
        "claims that do not wait, and reports; one topology after the other",
        run.options().agents, kWorkS * 1000);
    Measure(run,
            {.suite = "topology",
             .figures = FiguresOf(std::string(topology), note),
             .probe = [&](double each_s) { return Play(run, topology, run.options().agents, each_s); }},
            part_s * 5 / 6);
  }
  for (std::size_t i = 0; i < std::size(kTopologies) && !run.stopped(); ++i) MeasureSimulated(run, i, part_s / 6);
}

void Scaling(Run& run, double seconds) {
  for (const std::int64_t agents : kSizes) {
    if (run.stopped()) return;
    Measure(run,
            {.suite = "scaling",
             .figures = FiguresOf(fmt::format("{} agents", agents),
                                  fmt::format("mesh, log-normal work of {:.0f} ms; agents at work is the efficiency: "
                                              "100 % would be no loss to asking and reporting",
                                              kWorkS * 1000)),
             .probe = [&](double each_s) { return Play(run, "mesh", agents, each_s); }},
            seconds / static_cast<double>(std::size(kSizes)));
  }
}

}  // namespace skep::bench
