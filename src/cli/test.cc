#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "bench/beside.h"
#include "bench/durability.h"
#include "bench/steady_load.h"
#include "bench/stress.h"
#include "bench/value_text.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/measuring.h"
#include "cli/progress.h"
#include "cli/render.h"
#include "cli/scratch_disk.h"
#include "load/expectation.h"
#include "load/machine.h"
#include "load/progress.h"
#include "load/report.h"

namespace skep::cli {
namespace {

using Json = nlohmann::ordered_json;

/// A load on servers of our own, and what it is to show.
struct Loading {
  std::string_view pattern;
  std::string_view mix;
  std::vector<std::string> expect;
  bool socket = false;  ///< One server on a socket for all connections, else each has its own.
  int connections = 1;
  double seconds = 10;
};

/// What is required: 10,000 messages a second go on and on, 50,000 for a moment; p95 of a round trip within 5 ms; and
/// all are answered.
const Loading kLoad{.pattern = "spike:10000-50000",
                    .mix = "ping=8,retrieve=2",
                    .expect = {"p95<=5ms", "errors<=0%", "rate>=17500/s"},
                    .seconds = 10};
/// 200 clients of one server: those who wait for each other's answers on its one thread.
const Loading kNetwork{.pattern = "constant:10000",
                       .mix = "ping=8,retrieve=2",
                       .expect = {"p95<=5ms", "errors<=0%", "rate>=9900/s"},
                       .socket = true,
                       .connections = 200,
                       .seconds = 10};
const Loading kCustom{.pattern = "constant:1000", .mix = "ping", .expect = {}, .seconds = 10};

constexpr std::string_view kStressMix = "ping=8,retrieve=2";
constexpr double kStressStepS = 2;
/// Rates that a search tries, about: it doubles some times, and halves the gap then.
constexpr double kStressSteps = 10;
constexpr double kRequiredPerS = 10'000;
constexpr double kMemoryS = 30;

int Failed(const Error& error, const Console& console) {
  console.Say(error.message);
  return error.code == ErrorCode::kInvalidArgument ? kExitUsage : kExitFailed;
}

/// Servers of this program, in a directory that is made for them on a disk.
struct Place {
  std::string program;
  std::string directory;
};

Expected<load::Outcome> Load(const Place& place, const load::Target& target, load::Plan plan, const Console& console,
                             std::string_view before = {}) {
  const auto home = Scratch::Make(place.directory);
  if (!home) return std::unexpected(home.error());
  plan.home = home->path();
  const Interrupt interrupt;
  Progress progress(console);
  return load::Run(target, plan, [&](const load::Outcome& so_far) {
    const double share = so_far.seconds / plan.duration_s;
    progress.Show(share, fmt::format("{}{}", before, load::ProgressText(plan, so_far)), SystemClock().SteadyNs());
    return !interrupt.asked();
  });
}

void AddBeside(std::optional<double> others_cores, Json& to) {
  to["otherWorkCores"] = others_cores ? Json(*others_cores) : Json();
}

std::string BesideLine(std::optional<double> others_cores, std::int64_t cores) {
  return others_cores ? bench::BesideText(others_cores, cores) + "\n" : "";
}

Expected<load::Plan> PlanOf(const Loading& loading, const Options& options) {
  auto pattern = load::ParsePattern(options.pattern.value_or(std::string(loading.pattern)));
  if (!pattern) return std::unexpected(std::move(pattern.error()));
  auto mix = load::ParseMix(options.mix.value_or(std::string(loading.mix)));
  if (!mix) return std::unexpected(std::move(mix.error()));
  return load::Plan{.pattern = *pattern,
                    .mix = *std::move(mix),
                    .connections = loading.connections,
                    .duration_s = options.duration.value_or(loading.seconds),
                    .seed = static_cast<std::uint64_t>(options.seed)};
}

load::Target TargetOf(const Place& place, const std::string& socket) {
  load::Target target{.name = "skep", .command = {place.program, "serve"}, .socket = socket};
  if (!socket.empty()) target.command.insert(target.command.end(), {"--listen", "unix:{socket}"});
  return target;
}

int TestUnder(const Loading& loading, const Options& options, const Place& place, const Console& console) {
  auto plan = PlanOf(loading, options);
  if (!plan) return Failed(plan.error(), console);
  std::vector<load::Expectation> expectations;
  for (const std::string& text : options.expect.empty() ? loading.expect : options.expect) {
    auto expectation = load::ParseExpectation(text);
    if (!expectation) return Failed(expectation.error(), console);
    expectations.push_back(*expectation);
  }
  const auto run = Scratch::Make();
  if (!run) return Failed(run.error(), console);
  const load::Target target = TargetOf(place, loading.socket ? *run / "s" : "");
  const bench::Beside beside;
  auto outcome = Load(place, target, *plan, console);
  const auto others_cores = beside.Cores();
  if (!outcome) return Failed(outcome.error(), console);
  load::Report report{.target = target,
                      .plan = *plan,
                      .outcome = *std::move(outcome),
                      .judgements = {},
                      .machine = load::LookAtMachine()};
  bool met = !report.outcome.interrupted && report.outcome.broken_off.empty();
  for (const load::Expectation& expectation : expectations) {
    report.judgements.push_back(load::Judge(expectation, {&report.outcome, 1}));
    met = met && report.judgements.back().verdict == load::Judgement::Verdict::kMet;
  }
  std::string text = load::ReportText(report) + BesideLine(others_cores, report.machine.cores);
  if (options.json) {
    Json json = load::ReportJson(report);
    AddBeside(others_cores, json);
    text = json.dump() + "\n";
  }
  if (!console.Out(text)) return kExitFailed;
  if (report.outcome.interrupted) return kExitInterrupted;
  return met ? kExitOk : kExitFailed;
}

Json JsonOf(const bench::Stressed& stressed) {
  Json tried = Json::array();
  for (const bench::Tried& one : stressed.tried) {
    tried.push_back({{"ratePerS", one.per_s},
                     {"p95Ns", one.p95_ns ? Json(*one.p95_ns) : Json()},
                     {"answeredPerS", one.answered_per_s},
                     {"errors", one.errors},
                     {"held", one.held}});
  }
  return {{"highestPerS", stressed.highest ? Json(*stressed.highest) : Json()},
          {"broke", stressed.broke},
          {"requiredPerS", kRequiredPerS},
          {"mix", kStressMix},
          {"tried", std::move(tried)}};
}

std::string TextOf(const bench::Stressed& stressed, double step_s, const Style& style) {
  Table table(true);
  table.Add({"rate", "answered", "p95", "errors", ""});
  for (const bench::Tried& one : stressed.tried) {
    table.Add({bench::ValueText(one.per_s, "/s"), bench::ValueText(one.answered_per_s, "/s"),
               one.p95_ns ? bench::ValueText(*one.p95_ns / 1e6, "ms") : "no data", fmt::format("{}", one.errors),
               one.held ? "holds" : "breaks"});
  }
  std::string text = fmt::format("{}, {:g} s each; a rate holds with p95 ≤ 5 ms, no error, and 99 % answered in time\n",
                                 kStressMix, step_s) +
                     table.Render(style);
  if (!stressed.highest) return text + "no rate holds\n";
  text += stressed.broke
              ? fmt::format("holds up to {}", bench::ValueText(*stressed.highest, "/s"))
              : fmt::format("holds at {}, the most that was tried", bench::ValueText(*stressed.highest, "/s"));
  return text + fmt::format("; required: {}\n", bench::ValueText(kRequiredPerS, "/s"));
}

int TestStress(const Options& options, const Place& place, const Console& console) {
  // --duration is for all of it, and about ten rates are tried.
  const double step_s = options.duration ? std::clamp(*options.duration / kStressSteps, 0.5, 60.0) : kStressStepS;
  const bench::Beside beside;
  const auto stressed = bench::FindBreakingRate([&](double per_s) -> Expected<load::Outcome> {
    Options one = options;
    one.pattern = fmt::format("constant:{:.0f}", per_s);
    one.duration = step_s;
    auto plan = PlanOf({.mix = kStressMix}, one);
    if (!plan) return std::unexpected(std::move(plan.error()));
    return Load(place, TargetOf(place, ""), *plan, console, fmt::format("{:.0f}/s: ", per_s));
  });
  if (!stressed) return Failed(stressed.error(), console);
  const auto others_cores = beside.Cores();
  std::string text =
      TextOf(*stressed, step_s, StyleOf(console)) + BesideLine(others_cores, load::LookAtMachine().cores);
  if (options.json) {
    Json json = JsonOf(*stressed);
    AddBeside(others_cores, json);
    text = json.dump() + "\n";
  }
  return console.Out(text) && stressed->highest.value_or(0) >= kRequiredPerS ? kExitOk : kExitFailed;
}

/// One thing that a test has looked at.
struct Check {
  std::string what;
  std::string found;
  bool met = false;
};

int Tell(const std::vector<Check>& checks, const bench::Report& report, const Options& options,
         const Console& console) {
  bool met = !report.interrupted;
  Json json = {{"interrupted", report.interrupted}, {"checks", Json::array()}};
  Table table;
  for (const Check& check : checks) {
    met = met && check.met;
    json["checks"].push_back({{"what", check.what}, {"found", check.found}, {"met", check.met}});
    table.Add({check.what, check.found, check.met ? "met" : "not met"});
  }
  json["met"] = met;
  AddBeside(report.others_cores, json);
  const std::string text =
      options.json ? json.dump() + "\n"
                   : table.Render(StyleOf(console)) + BesideLine(report.others_cores, report.around.machine.cores);
  if (!console.Out(text)) return kExitFailed;
  if (report.interrupted) return kExitInterrupted;
  return met ? kExitOk : kExitFailed;
}

int TestMemory(const Options& options, const Place& place, const Console& console) {
  Expected<bench::Watched> watched;
  const bench::Report report = MeasureAndReport(
      {.program = place.program, .directory = place.directory, .seed = static_cast<std::uint64_t>(options.seed)},
      "memory", options.duration.value_or(kMemoryS), false,
      [&](bench::Run& run, double seconds) { watched = bench::LoadSteadily(run, seconds); }, console);
  if (!watched) return Failed(watched.error(), console);
  const auto grown = [](const std::vector<bench::Point>& points, double unit, std::string_view name, double most,
                        std::string what) {
    const auto growth = bench::PeakGrowth(points);
    if (!growth) return Check{std::move(what), "no data: it takes longer"};
    return Check{std::move(what),
                 fmt::format("{} more in the second half of {:.0f} s", bench::ValueText(*growth / unit, name),
                             points.back().x - points.front().x),
                 *growth <= most};
  };
  return Tell(
      {grown(watched->anonymous_bytes, 1e6, "MB", bench::kNoGrowthBytes,
             fmt::format("memory does not grow: {:.0f} MB at most is the heap's play", bench::kNoGrowthBytes / 1e6)),
       grown(watched->open_files, 1, "", 0, "no descriptors are left behind"),
       grown(watched->threads, 1, "", 0, "no threads are left behind"),
       {"calls were answered", bench::ValueText(watched->calls_per_s, "/s"), watched->calls_per_s > 0}},
      report, options, console);
}

int TestDatabase(const Options& options, const Place& place, const Console& console) {
  Expected<bench::Survived> survived;
  const bench::Report report = MeasureAndReport(
      {.program = place.program, .directory = place.directory}, "database", options.duration.value_or(1), false,
      [&](bench::Run& run, double seconds) { survived = bench::KillWhileStoring(run, seconds); }, console);
  if (!survived) return Failed(survived.error(), console);
  return Tell({{"entries were acknowledged before the server was killed (SIGKILL)",
                fmt::format("{}", survived->acknowledged), survived->acknowledged > 0},
               {"all of them are there afterwards, as they were stored",
                fmt::format("{} are, {} are missing", survived->found, survived->missing),
                survived->found == survived->acknowledged},
               {"the database is sound (PRAGMA quick_check)", survived->integrity, survived->integrity == "ok"},
               {"the store writes, commits and reads back (health_check)", survived->health, survived->health == "ok"}},
              report, options, console);
}

}  // namespace

int TestLoad(const CommandLine& line, const Environment& environment, const Console& console) {
  const Options& options = line.options;
  auto program = OwnProgram();
  if (!program) return Failed(program.error(), console);
  auto directory = ScratchDisk(environment, console);
  if (!directory) return Failed(directory.error(), console);
  const Place place{.program = *std::move(program), .directory = *std::move(directory)};
  if (line.action == "load") return TestUnder(kLoad, options, place, console);
  if (line.action == "network") return TestUnder(kNetwork, options, place, console);
  if (line.action == "stress") return TestStress(options, place, console);
  if (line.action == "memory") return TestMemory(options, place, console);
  if (line.action == "database") return TestDatabase(options, place, console);
  Loading custom = kCustom;
  custom.connections = static_cast<int>(options.connections);
  return TestUnder(custom, options, place, console);
}

}  // namespace skep::cli
