#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/scratch.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "json/writer.h"
#include "store/database.h"
#include "swarm/simulation.h"

namespace skep::cli {
namespace {

/// Swarms with more agents are not listed one by one.
constexpr std::int64_t kListed = 40;

constexpr std::int64_t kAgents = 100;
std::int64_t AgentsOf(const Options& options) { return options.agents.value_or(kAgents); }

struct Played {
  swarm::Topology topology;
  swarm::SimulationResult result;
};

Expected<Played> Play(const Options& options, swarm::Topology topology, const Interrupt& interrupt) {
  const auto scratch = Scratch::Make();
  if (!scratch) return std::unexpected(scratch.error());
  auto database = store::Database::Open(*scratch / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
  if (!database) return std::unexpected(std::move(database.error()));
  auto result = swarm::Simulate(**database, {.agents = AgentsOf(options),
                                             .tasks = options.tasks,
                                             .topology = topology,
                                             .seed = static_cast<std::uint64_t>(options.seed),
                                             .failure_rate = options.failure_rate,
                                             .crash_rate = options.crash_rate,
                                             .stall_rate = options.stall_rate,
                                             .dependencies = options.dependencies,
                                             .capabilities = options.capabilities,
                                             // A scan of all tasks costs as much as some thousand calls.
                                             .check_every = std::max<std::int64_t>(options.tasks, 10'000),
                                             .most_claims = options.claims,
                                             .goes_on = [&] { return !interrupt.asked(); },
                                             .stopwatch = &SystemClock()});
  if (!result) return std::unexpected(std::move(result.error()));
  return Played{topology, *std::move(result)};
}

double Rounded(double value) { return std::round(value * 1000) / 1000; }

std::string_view Name(swarm::Topology topology) { return Names(swarm::Topology{})[static_cast<std::size_t>(topology)]; }

void WriteRun(const Played& played, std::int64_t tasks, json::Writer& to) {
  const swarm::SimulationResult& result = played.result;
  const auto ended = [&](swarm::TaskState state) { return result.tasks[static_cast<std::size_t>(state)]; };
  to.BeginObject();
  to.Member("topology", Name(played.topology));
  to.Member("succeeded", ended(swarm::TaskState::kSucceeded));
  to.Member("failed", ended(swarm::TaskState::kFailed));
  to.Member("cancelled", ended(swarm::TaskState::kCancelled));
  to.Member("claims", result.claims);
  to.Member("lateRefused", result.refused);
  to.Member("crashes", result.crashes);
  to.Member("stalls", result.stalls);
  to.Member("switches", static_cast<std::int64_t>(result.changes.size()));
  to.Key("virtualSeconds");
  to.Double(Rounded(result.virtual_s));
  // While there was work for all: what is left at the end is waited for by few.
  to.Key("tasksPerVirtualSecond");
  result.most_s > 0 ? to.Double(Rounded(0.9 * static_cast<double>(tasks) / result.most_s)) : to.Null();
  to.Key("utilisation");
  to.Double(Rounded(result.utilisation));
  to.Member("events", fmt::format("{:016x}", result.hash));
  to.EndObject();
}

void WriteCost(swarm::Topology topology, std::string_view call, const Histogram& cost, json::Writer& to) {
  const auto us = [&](std::string_view name, std::optional<double> ns) {
    to.Key(name);
    ns ? to.Double(std::round(*ns / 100) / 10) : to.Null();
  };
  to.BeginObject();
  to.Member("topology", Name(topology));
  to.Member("call", call);
  to.Member("count", static_cast<std::int64_t>(cost.Count()));
  us("meanUs", cost.Mean());
  us("p50Us", cost.Percentile(50));
  us("p99Us", cost.Percentile(99));
  us("maxUs", cost.Max());
  to.EndObject();
}

void WriteAgent(swarm::Topology topology, const swarm::SimulatedAgent& agent, json::Writer& to) {
  to.BeginObject();
  to.Member("topology", Name(topology));
  to.Member("agent", agent.name);
  to.Key("speed");
  to.Double(Rounded(agent.speed));
  for (std::size_t i = 0; i < agent.claims.size(); ++i) {
    static constexpr std::array<std::string_view, 4> kFrom = {"fromOwn", "fromSwarm", "fromLead", "fromPeers"};
    to.Member(kFrom[i], agent.claims[i]);
  }
  to.Member("succeeded", agent.succeeded);
  to.Member("failed", agent.failed);
  to.Member("crashes", agent.crashes);
  to.Key("busySeconds");
  to.Double(std::round(agent.busy_s));
  to.EndObject();
}

void Write(const Options& options, const std::vector<Played>& runs, json::Writer& to) {
  to.BeginObject();
  to.Member("agents", AgentsOf(options));
  to.Member("tasks", options.tasks);
  to.Member("seed", options.seed);
  to.Key("runs");
  to.BeginArray();
  for (const Played& run : runs) WriteRun(run, options.tasks, to);
  to.EndArray();
  to.Key("cost");
  to.BeginArray();
  for (const auto& [topology, result] : runs) {
    WriteCost(topology, "make", result.making, to);
    WriteCost(topology, "claim", result.claiming, to);
    WriteCost(topology, "claim nothing", result.finding_nothing, to);
    WriteCost(topology, "report", result.reporting, to);
  }
  to.EndArray();
  if (AgentsOf(options) <= kListed) {
    to.Key("whoDidWhat");
    to.BeginArray();
    for (const auto& [topology, result] : runs) {
      for (const swarm::SimulatedAgent& agent : result.agents) WriteAgent(topology, agent, to);
    }
    to.EndArray();
  }
  to.EndObject();
}

}  // namespace

int SimulateSwarm(const CommandLine& line, const Console& console) {
  const Options& options = line.options;
  using swarm::Topology;
  std::vector<Topology> topologies = {options.topology};
  if (options.compare) {
    topologies = {Topology::kStar, Topology::kHierarchical, Topology::kMesh, Topology::kRing, Topology::kAdaptive};
  }
  const Interrupt interrupt;
  std::vector<Played> runs;
  for (const Topology topology : topologies) {
    if (console.ErrIsTerminal()) console.Say(fmt::format("playing {} …", Name(topology)));
    auto played = Play(options, topology, interrupt);
    if (interrupt.asked()) {
      console.Say("interrupted");
      return kExitInterrupted;
    }
    if (!played) {
      console.Say(played.error().message);
      return kExitFailed;
    }
    runs.push_back(*std::move(played));
  }
  Block out;
  json::Writer to(out);
  Write(options, runs, to);
  const std::string text =
      options.json ? fmt::format("{}\n", out.view()) : RenderForPeople(out.view(), StyleOf(console));
  return console.Out(text) ? kExitOk : kExitFailed;
}

}  // namespace skep::cli
