#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "bench/calls.h"
#include "bench/crew.h"
#include "bench/drive.h"
#include "bench/suites.h"
#include "client/messages.h"

// The three suites agents, tasks and swarm. What is required of each is what the best-known tool of this kind says of
// itself. It was not measured here, and it is not said that it was durable; these calls all are.

namespace skep::bench {
namespace {

constexpr double kAgentsPerS = 855;
constexpr double kTasksPerS = 833;
constexpr double kCoordinationPerS = 476;

/// Agents of the swarm that is asked about.
constexpr std::uint64_t kAgents = 100;
/// Agents that are spawned into one swarm; below the bound of a swarm.
constexpr std::uint64_t kSpawned = 9'000;
/// Agents that work on the tasks of the suite tasks.
constexpr std::int64_t kWorkers = 8;

Figure Rate(std::string name, std::string note = {}) {
  return {.name = std::move(name), .unit = "/s", .better = Better::kHigher, .note = std::move(note)};
}

/// A message from one agent to the next, which acknowledges it in the next call: inboxes have a bound. The ids of a
/// fresh project's messages are known beforehand.
Calls SendAndAcknowledge() {
  return {.line = [](std::int64_t id, std::uint64_t n) {
    const std::uint64_t message = n / 2;
    const std::uint64_t to = (message + 1) % kAgents;
    if (n % 2 == 0) {
      return client::Call(
          id, "message_send",
          fmt::format(R"({{"from":"w{}","to":"w{}","body":"message {}"}})", message % kAgents, to, message));
    }
    return client::Call(id, "inbox",
                        fmt::format(R"({{"agentId":"w{}","ack":["{}"],"unreadOnly":true}})", to,
                                    FormatId("ms", static_cast<std::int64_t>(message) + 1)));
  }};
}

/// Fresh agents, as many as the time allows; a swarm of their own for each repetition, so that all are as small.
Probe Spawning(std::shared_ptr<Server> server) {
  return [server = std::move(server)](double seconds) -> Expected<std::vector<double>> {
    const auto swarm = server->session().AskWell(
        client::Call(1, "swarm_init", fmt::format(R"({{"topology":"mesh","maxAgents":{}}})", kSpawned)));
    if (!swarm) return std::unexpected(swarm.error());
    const auto driven = Drive(server->session(), {.window = Calls::kPipelined, .seconds = seconds, .most = kSpawned},
                              [](std::int64_t id, std::uint64_t, std::string& to) {
                                to += client::Call(id, "agent_spawn", R"({"type":"coder"})");
                              });
    if (!driven) return std::unexpected(driven.error());
    return std::vector<double>{driven->PerSecond()};
  };
}

/// Each agent in turn leases a file of its own, and gives it back in the next call: they are carried out as they come.
Calls LeaseAndRelease() {
  return {.line = [](std::int64_t id, std::uint64_t n) {
    return client::Call(id, n % 2 == 0 ? "lease_acquire" : "lease_release",
                        fmt::format(R"({{"agentId":"w{}","paths":["src/file{}"]}})", n / 2 % kAgents, n / 2 % kAgents));
  }};
}

/// Agents that claim and report, and whose work takes no time: a swarm and tasks of their own for each repetition.
Probe ClaimingAndReporting(Run& run, std::int64_t agents) {
  // Enough that they do not run out before the time is up on any disk.
  constexpr double kMostPerS = 6'000;
  return [&run, agents](double seconds) -> Expected<std::vector<double>> {
    auto server = Server::Start(run.options(), {.listening = true});
    if (!server) return std::unexpected(std::move(server.error()));
    std::vector<Job> jobs(static_cast<std::size_t>(kMostPerS * seconds) + 1);
    for (Job& job : jobs) job.title = "task";
    const auto worked =
        WorkOff(*server, "mesh", CrewOf("mesh", agents), jobs, seconds, [&run] { return run.stopped(); });
    if (!worked) return std::unexpected(worked.error());
    return std::vector<double>{static_cast<double>(worked->calls) / worked->seconds};
  };
}

/// A server with a swarm of so many agents, w0, w1, …
Expected<std::shared_ptr<Server>> WithSwarm(const Options& options, std::uint64_t agents) {
  auto server = StartShared(options);
  if (!server) return server;
  auto made = Fill(**server, Tool("swarm_init", R"({"topology":"mesh","maxAgents":1000})"), 1);
  if (made) made = Fill(**server, Numbered("agent_spawn", R"({{"type":"coder","name":"w{}"}})"), agents);
  if (!made) return std::unexpected(std::move(made.error()));
  return server;
}

/// What is measured of one suite, each beside what it waits for.
class Suited {
 public:
  /// `least_per_s`: what is required of each of its rates.
  Suited(std::string_view suite, double least_per_s) : suite_(suite), least_per_s_(least_per_s) {}
  /// Of writes, which wait for that directory's disk.
  void BesideDisk(Figure figure, Probe probe, const std::string& directory) {
    Add(std::move(figure), std::move(probe), kSyncFloor, SyncRateOf(directory));
  }
  /// Of reads, which wait for nothing but the server.
  void BesidePing(Figure figure, Probe probe, std::shared_ptr<Server> server) {
    Add(std::move(figure), std::move(probe), kPingFloor, PingRateOf(std::move(server)));
  }
  void MeasureAll(Run& run, double seconds) const {
    for (const Measurement& measurement : all_) {
      if (run.stopped()) return;
      Measure(run, measurement, seconds / static_cast<double>(all_.size()));
    }
  }

 private:
  void Add(Figure figure, Probe probe, std::string_view floor_name, Probe floor) {
    figure.required = least_per_s_;
    all_.push_back({.suite = std::string(suite_),
                    .figures = {std::move(figure)},
                    .probe = std::move(probe),
                    .floor_name = std::string(floor_name),
                    .floor = std::move(floor)});
  }

  std::string_view suite_;
  double least_per_s_;
  std::vector<Measurement> all_;
};

}  // namespace

void Agents(Run& run, double seconds) {
  const auto server = WithSwarm(run.options(), kAgents);
  const auto spawning = StartShared(run.options());
  if (!server || !spawning) {
    return run.AddNoData("agents", {Rate("agent_spawn, agent_list, inbox")},
                         server ? spawning.error().message : server.error().message);
  }
  Suited suite("agents", kAgentsPerS);
  suite.BesideDisk(Rate("agent_spawn", "64 in flight, durable"), Spawning(*spawning), run.options().directory);
  suite.BesidePing(Rate("agent_list", "100 agents"), RateOf(*server, Tool("agent_list", "{}")), *server);
  suite.BesidePing(Rate("inbox", "empty"), RateOf(*server, Tool("inbox", R"({"agentId":"w0"})")), *server);
  suite.MeasureAll(run, seconds);
}

void Tasks(Run& run, double seconds) {
  const auto server = WithSwarm(run.options(), kWorkers);
  if (!server) return run.AddNoData("tasks", {Rate("task_orchestrate, task_results")}, server.error().message);
  Suited suite("tasks", kTasksPerS);
  const std::string& disk = run.options().directory;
  suite.BesideDisk(Rate("task_orchestrate", "64 in flight, durable"),
                   RateOf(*server, Numbered("task_orchestrate", R"({{"task":"task {}"}})")), disk);
  suite.BesideDisk(Rate("task_claim and task_update", "8 agents with a connection each, durable; both calls count"),
                   ClaimingAndReporting(run, kWorkers), disk);
  suite.BesidePing(Rate("task_results"), RateOf(*server, Tool("task_results", R"({"taskId":"tk_000001"})")), *server);
  suite.MeasureAll(run, seconds);
}

void Coordination(Run& run, double seconds) {
  const auto server = WithSwarm(run.options(), kAgents);
  if (!server) return run.AddNoData("swarm", {Rate("message_send, lease_acquire")}, server.error().message);
  Suited suite("swarm", kCoordinationPerS);
  const std::string& disk = run.options().directory;
  suite.BesideDisk(
      Rate("message_send and inbox", "64 in flight, durable; each message is acknowledged; both calls count"),
      RateOf(*server, SendAndAcknowledge()), disk);
  suite.BesideDisk(Rate("lease_acquire and lease_release", "64 in flight, durable; both calls count"),
                   RateOf(*server, LeaseAndRelease()), disk);
  suite.BesidePing(Rate("swarm_status", "100 agents"), RateOf(*server, Tool("swarm_status", "{}")), *server);
  suite.MeasureAll(run, seconds);
}

}  // namespace skep::bench
