#include "bench/scenarios.h"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "base/scratch.h"
#include "bench/crew.h"
#include "bench/named.h"
#include "bench/server.h"
#include "bench/walk.h"
#include "store/database.h"

namespace skep::bench {
namespace {

const std::array<Scenario, 3>& All() {
  static const std::array<Scenario, 3> kAll = {Ecommerce(), MlPipeline(), Microservices()};
  return kAll;
}

Expected<Walked> InVirtualTime(const Options& options, const Scenario& scenario, std::span<const Member> members,
                               std::span<const Job> jobs) {
  const auto scratch = Scratch::Make(options.directory);
  if (!scratch) return std::unexpected(scratch.error());
  auto database = store::Database::Open(*scratch / "skep.db", store::Database::Mode::kReadWrite, {.fsync = false});
  if (!database) return std::unexpected(std::move(database.error()));
  return Walk(**database, scenario.topology, members, jobs);
}

void AddVirtual(const Scenario& scenario, const Walked& walked, const std::vector<Job>& jobs, std::size_t agents,
                Run& run) {
  const auto add = [&](std::string_view name, std::string_view unit, Better better, double value) {
    run.Add(Single(
        scenario.name,
        {.name = std::string(name),
         .unit = std::string(unit),
         .better = better,
         .note = fmt::format("{}; {} in {}, {} agents, log-normal work, the swarm's own code on a clock of its "
                             "own: no server, no waiting",
                             scenario.summary, jobs.size() == 1 ? "one task" : fmt::format("{} tasks", jobs.size()),
                             scenario.topology, agents),
         .subject = "virtual time"},
        value));
  };
  add("whole", "s", Better::kLower, walked.seconds);
  add("longest chain", "s", Better::kLower, LongestChainS(jobs));
  add("work", "s", Better::kLower, walked.work_s);
  add("agents at work", "%", Better::kHigher, 100 * walked.work_s / walked.seconds / static_cast<double>(agents));
  add("speed-up over one", "×", Better::kHigher, walked.work_s / walked.seconds);
  add("claim p50", "µs", Better::kLower, static_cast<double>(walked.claiming.Percentile(50).value_or(0)) / 1e3);
}

}  // namespace

Expected<const Scenario*> FindScenario(std::string_view name) { return FindNamed<Scenario>("scenario", All(), name); }

void Play(const Scenario& scenario, Run& run, double seconds) {
  const Options& options = run.options();
  const std::vector<Member> members = MembersOf(scenario, options.agents);
  run.At(fmt::format("{}: in virtual time", scenario.name));
  const std::vector<Job> jobs = JobsOf(scenario, options.seed, 1);
  const auto walked = InVirtualTime(options, scenario, members, jobs);
  const std::vector<Figure> nothing = {{.name = "whole", .unit = "s"}};
  if (!walked) return run.AddNoData(scenario.name, nothing, walked.error().message);
  AddVirtual(scenario, *walked, jobs, members.size(), run);

  // Scaled so that each repetition takes its share of the time, most of which is the work.
  const double scale = seconds / (kRepetitions + 1) * 0.8 / walked->seconds;
  const std::vector<Job> scaled = JobsOf(scenario, options.seed, scale);
  const std::string note =
      fmt::format("clients of a server, durable; the same work, 1 s of which takes {:.2f} ms here", 1000 * scale);
  Measure(run,
          {.suite = std::string(scenario.name),
           .figures = {{.name = "whole, for real", .unit = "s", .note = note},
                       {.name = "agents at work, for real", .unit = "%", .better = Better::kHigher},
                       {.name = "tasks done", .unit = "%", .better = Better::kHigher}},
           .probe = [&](double) -> Expected<std::vector<double>> {
             auto server = Server::Start(options, {.listening = true});
             if (!server) return std::unexpected(std::move(server.error()));
             const auto worked =
                 WorkOff(*server, scenario.topology, members, scaled, seconds, [&] { return run.stopped(); });
             if (!worked) return std::unexpected(worked.error());
             const double whole = static_cast<double>(scaled.size());
             return std::vector<double>{worked->seconds,
                                        100 * worked->work_s / worked->seconds / static_cast<double>(members.size()),
                                        100 * static_cast<double>(worked->finished) / whole};
           },
           .floor_name = "the same in virtual time, scaled",
           .floor = [&](double) -> Expected<std::vector<double>> {
             return std::vector<double>{walked->seconds * scale,
                                        100 * walked->work_s / walked->seconds / static_cast<double>(members.size()),
                                        100.0};
           }},
          seconds);
}

}  // namespace skep::bench
