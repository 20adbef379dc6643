#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/printable.h"
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
#include "cli/test_defaults.h"
#include "load/expectation.h"
#include "load/failure.h"
#include "load/machine.h"
#include "load/progress.h"
#include "load/report.h"

namespace skep::cli {
namespace {

using Json = nlohmann::ordered_json;

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
                             const Interrupt& interrupt, std::string_view before = {}) {
  const auto home = Scratch::Make(place.directory);
  if (!home) return std::unexpected(home.error());
  plan.home = home->path();
  plan.goes_on = [&] { return !interrupt.asked(); };
  Progress progress(console);
  return load::Run(target, plan, [&](const load::Outcome& so_far) {
    const double share = so_far.seconds / plan.duration_s;
    progress.Show(share, fmt::format("{}{}", before, load::ProgressText(plan, so_far)), SystemClock().SteadyNs());
    return !interrupt.asked();
  });
}

/// One line. What a server says need not be UTF-8: its first errors are quoted as they came, and cut off at a byte.
std::string Line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"; }

void AddBeside(std::optional<double> others_cores, Json& to) {
  to["otherWorkCores"] = others_cores ? Json(*others_cores) : Json();
}

std::string BesideLine(std::optional<double> others_cores, const load::Machine& machine) {
  return others_cores ? bench::BesideText(*others_cores, machine.online_cores) + "\n" : "";
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
  std::vector<std::string> expected = options.expect;
  if (expected.empty()) expected.assign(loading.expect.begin(), loading.expect.end());
  for (const std::string& text : expected) {
    auto expectation = load::ParseExpectation(text);
    if (!expectation) return Failed(expectation.error(), console);
    expectations.push_back(*expectation);
  }
  const auto run = Scratch::Make();
  if (!run) return Failed(run.error(), console);
  const load::Target target = TargetOf(place, loading.socket ? *run / "s" : "");
  const Interrupt interrupt;
  const bench::Beside beside;
  auto outcome = Load(place, target, *plan, console, interrupt);
  const auto others_cores = beside.Cores();
  if (!outcome) return Failed(outcome.error(), console);
  load::Report report{.target = target,
                      .plan = *plan,
                      .outcome = *std::move(outcome),
                      .judgements = {},
                      .machine = load::LookAtMachine()};
  const std::string failure = load::FailureOf(report.outcome, expectations);
  bool met = failure.empty();
  for (const load::Expectation& expectation : expectations) {
    report.judgements.push_back(load::Judge(expectation, {&report.outcome, 1}));
    met = met && report.judgements.back().verdict == load::Judgement::Verdict::kMet;
  }
  std::string text = load::ReportText(report) + BesideLine(others_cores, report.machine);
  if (options.json) {
    Json json = load::ReportJson(report);
    AddBeside(others_cores, json);
    text = Line(json);
  }
  if (!console.Out(text)) return kExitFailed;
  if (report.outcome.interrupted) return kExitInterrupted;
  if (!failure.empty()) console.Say(Printable(failure));
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
          {"interrupted", stressed.interrupted},
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
  std::string text =
      fmt::format("{}, {:g} s each; a rate holds with p95 ≤ {:g} ms, no error, and 99 % answered in time\n", kStressMix,
                  step_s, bench::kMostP95Ms) +
      table.Render(style);
  if (stressed.interrupted) text += "interrupted: these are the rates that were tried by then\n";
  if (!stressed.highest) return text + (stressed.interrupted ? "none holds so far\n" : "no rate holds\n");
  text += stressed.interrupted ? fmt::format("holds at {} at least", bench::ValueText(*stressed.highest, "/s"))
          : stressed.broke
              ? fmt::format("holds up to {}", bench::ValueText(*stressed.highest, "/s"))
              : fmt::format("holds at {}, the most that was tried", bench::ValueText(*stressed.highest, "/s"));
  return text + fmt::format("; required: {}\n", bench::ValueText(kRequiredPerS, "/s"));
}

int TestStress(const Options& options, const Place& place, const Console& console) {
  // --duration is for all of it, and about ten rates are tried.
  const double step_s = options.duration ? std::clamp(*options.duration / kStressSteps, 0.5, 60.0) : kStressStepS;
  const Interrupt interrupt;
  const bench::Beside beside;
  const auto stressed = bench::FindBreakingRate([&](double per_s) -> Expected<load::Outcome> {
    Options one = options;
    one.pattern = fmt::format("constant:{:.0f}", per_s);
    one.duration = step_s;
    auto plan = PlanOf({.mix = kStressMix}, one);
    if (!plan) return std::unexpected(std::move(plan.error()));
    return Load(place, TargetOf(place, ""), *plan, console, interrupt, fmt::format("{:.0f}/s: ", per_s));
  });
  if (!stressed) return Failed(stressed.error(), console);
  const auto others_cores = beside.Cores();
  std::string text = TextOf(*stressed, step_s, StyleOf(console)) + BesideLine(others_cores, load::LookAtMachine());
  if (options.json) {
    Json json = JsonOf(*stressed);
    AddBeside(others_cores, json);
    text = Line(json);
  }
  if (!console.Out(text)) return kExitFailed;
  if (stressed->interrupted) return kExitInterrupted;
  return stressed->highest.value_or(0) >= kRequiredPerS ? kExitOk : kExitFailed;
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
      options.json ? Line(json)
                   : table.Render(StyleOf(console)) + BesideLine(report.others_cores, report.around.machine);
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
      {.program = place.program, .directory = place.directory}, "database", options.duration.value_or(kDatabaseS),
      false, [&](bench::Run& run, double seconds) { survived = bench::KillWhileStoring(run, seconds); }, console);
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
