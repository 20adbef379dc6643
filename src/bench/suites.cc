#include "bench/suites.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "bench/calls.h"
#include "bench/memory_probes.h"
#include "bench/named.h"
#include "bench/transport_probes.h"

namespace skep::bench {
namespace {

constexpr Suite kSuites[] = {
    {"quick", "The least of transport, memory and tasks, in ten lines", 10, 2, Quick},
    {"transport", "Round trips, pipelined requests, and values from 100 B to 9 MiB", 60, 5, Transport},
    {"correlation", "The tables of pending requests, in process: 1 to 8 threads, 10,000 and 100,000 pending", 30, 8,
     Correlation},
    {"memory", "Store, retrieve, search and list: hot and cold, durable and not", 30, 10, Memory},
    {"agents", "agent_spawn, agent_list, inbox", 15, 2, Agents},
    {"tasks", "task_orchestrate, task_claim, task_update, task_results", 15, 2, Tasks},
    {"swarm", "message_send, lease_acquire, lease_release, swarm_status", 15, 2, Coordination},
    {"topology", "The five on one workload, for real and simulated", 60, 20, Topologies},
    {"scaling", "2, 4, 8 … 128 agents", 60, 25, Scaling},
    {"filesystem", "What the disk under the store can do", 30, 10, Filesystem},
    {"soak", "A steady load: does memory grow, are descriptors or threads left behind", 60, 20, Soak},
    {"comprehensive", "All of the above", 300, 100, Comprehensive},
};

/// Values of quick: one of them, to show that large messages are no different.
constexpr std::size_t kQuickValue = std::size_t{100} << 10;
constexpr std::uint64_t kQuickKeys = 1'000;

Figure Rate(std::string name, std::string note = {}) {
  return {.name = std::move(name), .unit = "/s", .better = Better::kHigher, .note = std::move(note)};
}

}  // namespace

std::span<const Suite> Suites() { return kSuites; }

Expected<const Suite*> FindSuite(std::string_view name) { return FindNamed<Suite>("suite", kSuites, name); }

void Quick(Run& run, double seconds) {
  // Seven measurements, and a tenth for starting what they speak to.
  const double part_s = 0.9 * seconds / 7;
  const auto measure = [&](Expected<Measurement> measurement, std::string_view name) {
    if (run.stopped()) return;
    if (measurement) return Measure(run, *measurement, part_s);
    run.Add(NoData("quick", {.name = std::string(name), .unit = {}}, measurement.error().message));
  };
  measure(PingRoundTrip(run.options(), {50, 95}), "ping, one at a time");
  measure(PingRate(run.options()), "ping, as many as go through");
  auto relaxed = StartShared(run.options(), {.durable = false});
  auto durable = StartShared(run.options());
  if (!relaxed || !durable) {
    const Error& error = relaxed ? durable.error() : relaxed.error();
    return run.AddNoData("quick", {Rate("store, retrieve, tasks")}, error.message);
  }
  measure(ValueThroughput(run.options(), *relaxed, kQuickValue), "values");
  measure(DurableStore(run.options(), *durable), "store");
  const auto add = [&](std::string_view suite, Figure figure, Probe probe, bool durable_write = false) {
    measure(Measurement{.suite = std::string(suite),
                        .figures = {std::move(figure)},
                        .probe = std::move(probe),
                        .floor_name = std::string(durable_write ? kSyncFloor : kPingFloor),
                        .floor = durable_write ? SyncRateOf(run.options().directory) : PingRateOf(*durable)},
            "");
  };
  add("memory", Rate("store, durable", "1 KB, 64 in flight, which share commits"), RateOf(*durable, Store(kQuickKeys)),
      true);
  if (const auto filled = Fill(**durable, Store(kQuickKeys), kQuickKeys); filled) {
    add("memory", Rate("retrieve, hot", "1,000 keys"), RateOf(*durable, Retrieve(kQuickKeys)));
  }
  const auto swarm = Fill(**durable, Tool("swarm_init", R"({"topology":"mesh"})"), 1);
  if (swarm) {
    add("tasks", Rate("task_orchestrate", "64 in flight, durable"),
        RateOf(*durable, Numbered("task_orchestrate", R"({{"task":"task {}"}})")), true);
  }
}

void Comprehensive(Run& run, double seconds) {
  // Each has the share of the time that it has of all when it is run by itself; quick is contained in the others.
  double all_s = 0;
  for (const Suite& suite : kSuites)
    all_s += suite.function == Comprehensive || suite.function == Quick ? 0 : suite.seconds;
  for (const Suite& suite : kSuites) {
    if (suite.function == Comprehensive || suite.function == Quick || run.stopped()) continue;
    suite.function(run, seconds * suite.seconds / all_s);
  }
}

}  // namespace skep::bench
