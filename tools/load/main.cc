// skep-load: load on any MCP server, and what it makes of it.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "base/printable.h"
#include "base/scratch.h"
#include "base/version.h"
#include "load/expectation.h"
#include "load/failure.h"
#include "load/load.h"
#include "load/machine.h"
#include "load/progress.h"
#include "load/report.h"
#include "load/versus.h"
#include "load/words.h"

namespace skep::load {
namespace {

enum ExitStatus : int { kExitOk = 0, kExitFailed = 1, kExitUsage = 2, kExitInterrupted = 130 };

/// How often progress is told where it is no terminal.
constexpr std::int64_t kTellNs = 10'000'000'000;

constexpr const char* kFooter = R"(
A server is started for each connection, in a directory of its own that is also its SKEP_HOME: name its files by
absolute paths. It is stdio MCP, unless --socket says otherwise. CPU and memory are of the processes that are started,
and of those that they have started when measuring begins, as a wrapper like npx does.

Patterns:  constant:RATE  ramp:RATE-RATE  spike:RATE-RATE (in the middle fifth)  step:RATE-RATE/STEPS  closed:DEPTH
           (requests in flight on each connection). Of all but closed, latency counts from when a request was due.
Mixes:     NAME[=WEIGHT],…  of ping, list (tools/list), store, retrieve, search (memory), claim-update (the cycle
           task_orchestrate, task_claim, task_update) and TOOL={…JSON…}. In its JSON stand {n} and {id} for a number
           that each request has for itself, {key} for one below --keys, {word} for one below 100; all else, {agent},
           {task} and {epoch} too, stays as it is. To send such a word itself, write \u007bn}.
Expected:  p95<5ms (any percentile, max)  errors<0.1%  rate>1000/s  cpu<2us (the server's, for each answer)  rss<50MB

Exit status: 0; 1 when something expected is not met, requests were unanswered at the end, no request has succeeded, or
a server cannot be run or has gone. How many may stay unanswered of the (first) server is for an --expect about errors
to say if there is one; of any other server none. 2 when the command line is wrong; 130 when it was interrupted
(Ctrl-C: what was measured so far is printed).

  skep-load --pattern constant:2000 --mix ping=8,retrieve=2 --connections 4 --expect 'p95<5ms' -- skep serve
  skep-load --pattern closed:64 --connections 200 --socket /tmp/s --html load.html -- skep serve --listen 'unix:{socket}'
  skep-load --mix 'create_entities={"entities":[{"name":"e{n}"}]}' --vs 'node other.js' --rounds 5 -- node server.js)";

struct Options {
  Plan plan;
  std::vector<Target> targets;  ///< The first one is compared with the others.
  int rounds = 0;
  std::vector<Expectation> expectations;
  bool keep = false;
  bool json = false;
  std::string html;
};

std::atomic<bool> interrupted = false;

/// Once more, and the process ends as it would without this.
void EndOnSignals() {
  struct sigaction action{};
  action.sa_handler = [](int) { interrupted = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// Where nobody can be told, it goes on.
void Tell(const std::string& text) { std::fputs(text.c_str(), stderr); }

void Complain(std::string_view message) { Tell(fmt::format("skep-load: {}\n", Printable(message))); }

/// Called as it was typed; but the program is found from here, not from the directory that it runs in.
Target TargetOf(std::vector<std::string> command, const std::string& socket) {
  Target target{.name = command.empty() ? socket : JoinWords(command), .command = std::move(command), .socket = socket};
  if (!target.command.empty() && target.command[0].contains('/')) {
    target.command[0] = std::filesystem::absolute(target.command[0]).lexically_normal().string();
  }
  return target;
}

/// Turns what a parser refuses into what CLI11 says of a wrong value.
template <class T>
T Good(Expected<T> value) {
  if (!value) throw CLI::ValidationError(value.error().message);
  return *std::move(value);
}

/// The path, if a file can be written there: that it cannot be is to be known before all is measured.
Expected<std::string> Writable(const std::string& path) {
  if (std::ofstream(path, std::ios::binary | std::ios::app)) return path;
  return Fail(ErrorCode::kInvalidArgument, fmt::format("--html: cannot write {}: {}", path, std::strerror(errno)));
}

/// Fails by throwing what CLI::App::exit() tells and turns into a status.
Options ParseOptions(CLI::App& app, int argc, char** argv) {
  Options options;
  Plan& plan = options.plan;
  std::string pattern = "closed:1";
  std::vector<std::string> mix = {"ping"};
  std::vector<std::string> expected;
  std::vector<std::string> versus;
  std::string socket;
  std::vector<std::string> command;
  app.footer(kFooter);
  app.set_version_flag("--version", std::string(Version()));
  app.add_option("--pattern", pattern, "How requests come")->capture_default_str();
  app.add_option("--mix", mix, "What is asked, by weight; may be given several times")->allow_extra_args(false);
  app.add_option("--duration", plan.duration_s, "Seconds that are measured")
      ->check(CLI::Range(0.01, 1e6))
      ->capture_default_str();
  app.add_option("--requests", plan.most_requests, "End after so many, if the time is not up before");
  app.add_option("--warm-up", plan.warm_up_s, "Seconds before, which are not measured")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  app.add_option("--grace", plan.grace_s,
                 "Seconds that answers are waited for at the end; what has none then is an error")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  app.add_option("--connections", plan.connections, "Connections: a process each, or all to --socket")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--in-flight", plan.most_in_flight, "Most requests without an answer, but for closed")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--size", plan.mix.value_bytes, "Bytes of what is stored")
      ->check(CLI::Range(16, 8'000'000))
      ->capture_default_str();
  app.add_option("--keys", plan.mix.keys, "Keys that are stored before")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app.add_option("--seed", plan.seed, "Of what is chosen from the mix")->capture_default_str();
  app.add_option("--core", plan.core, "The one core that the servers run on");
  app.add_option("--socket", socket, "Connect to this Unix socket; {socket} in SERVER's words stands for it");
  auto* const home = app.add_option("--home", plan.home, "The servers' directory, which stays");
  auto* const keep = app.add_flag("--keep", options.keep, "Keep the servers' directory, and say where it is");
  app.add_option("--expect", expected,
                 "What the (first) server is to meet, or the exit status is 1; may be given several times")
      ->allow_extra_args(false);
  auto* const vs = app.add_option("--vs", versus, "Another server, as one word, measured in turn with the first one")
                       ->allow_extra_args(false);
  app.add_option("--rounds", options.rounds, "How often each server is measured (5 with --vs, else 1)")
      ->check(CLI::Range(1, 1000));
  app.add_flag("--json", options.json, "Print JSON");
  app.add_option("--html", options.html, "Write a page with plots to this file");
  app.add_option("server", command, "The server and its arguments, after --");
  vs->excludes(home)->excludes(keep);
  app.parse(argc, argv);

  plan.pattern = Good(ParsePattern(pattern));
  std::string all;
  for (const std::string& part : mix) all += (all.empty() ? "" : ",") + part;
  plan.mix.parts = Good(ParseMix(all)).parts;
  for (const std::string& text : expected) options.expectations.push_back(Good(ParseExpectation(text)));
  // A server that is started runs elsewhere.
  if (!socket.empty()) socket = std::filesystem::absolute(socket).string();
  if (command.empty() && socket.empty()) throw CLI::ValidationError("a server is wanted: -- SERVER [ARGUMENT]…");
  options.targets.push_back(TargetOf(std::move(command), socket));
  for (const std::string& other : versus) {
    options.targets.push_back(TargetOf(Good(SplitWords(other)), socket));
  }
  if (options.rounds == 0) options.rounds = versus.empty() ? 1 : 5;
  if (!options.html.empty()) options.html = Good(Writable(options.html));
  if (!plan.home.empty()) plan.home = std::filesystem::absolute(plan.home).string();
  return options;
}

/// A line that lives on a terminal; elsewhere one every ten seconds.
class Progress {
 public:
  explicit Progress(const Options& options) : options_(options), terminal_(isatty(STDERR_FILENO) == 1) {}
  ~Progress() { Clear(); }

  void Begins(int round, const Target& target) {
    told_ns_ = SystemClock().SteadyNs();
    if (options_.targets.size() * static_cast<std::size_t>(options_.rounds) == 1) return;
    head_ = fmt::format("round {} of {}, {}: ", round + 1, options_.rounds, NameOf(target));
  }
  void Show(const Outcome& so_far) {
    const std::int64_t now_ns = SystemClock().SteadyNs();
    if (!terminal_ && now_ns - told_ns_ < kTellNs) return;
    told_ns_ = now_ns;
    const std::string line = head_ + ProgressText(options_.plan, so_far);
    Tell(fmt::format("{}{}{}", terminal_ ? "\r\x1b[K" : "", line, terminal_ ? "" : "\n"));
    shown_ = terminal_;
  }
  void Clear() {
    if (std::exchange(shown_, false)) Tell("\r\x1b[K");
  }

 private:
  const Options& options_;
  const bool terminal_;
  bool shown_ = false;
  std::int64_t told_ns_ = 0;
  std::string head_;
};

bool WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  return file.flush().good();
}

/// The last outcome of each, whose plots are shown, with all that is the same for all.
std::vector<Report> ReportsOf(const Options& options, const std::vector<Contender>& contenders,
                              const Machine& machine) {
  std::vector<Report> reports;
  for (const Contender& contender : contenders) {
    if (contender.rounds.empty()) continue;
    Report report{.target = contender.target,
                  .plan = options.plan,
                  .outcome = contender.rounds.back(),
                  .judgements = {},
                  .machine = machine};
    reports.push_back(std::move(report));
  }
  for (const Expectation& expectation : options.expectations) {
    reports[0].judgements.push_back(Judge(expectation, contenders[0].rounds));
  }
  return reports;
}

std::string TextOf(const Options& options, const std::vector<Report>& reports,
                   const std::vector<Contender>& contenders) {
  const bool several = options.targets.size() > 1 || options.rounds > 1;
  if (options.json) {
    nlohmann::ordered_json json = ReportJson(reports[0]);
    if (several) json["versus"] = VersusJson(contenders);
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  std::string text;
  for (const Report& report : reports) text += ReportText(report) + "\n";
  if (several) text += VersusText(contenders);
  return text;
}

/// Says of each server why its first run that failed has. Whether any has.
bool TellFailures(const Options& options, std::span<const Contender> contenders) {
  bool any = false;
  for (const Contender& contender : contenders) {
    // They are about the first one.
    const std::span<const Expectation> expectations =
        &contender == &contenders.front() ? std::span(options.expectations) : std::span<const Expectation>();
    for (const Outcome& outcome : contender.rounds) {
      const std::string failure = FailureOf(outcome, expectations);
      if (failure.empty()) continue;
      any = true;
      Complain(fmt::format("{}: {}", NameOf(contender.target), failure));
      break;
    }
  }
  return any;
}

/// Whether all of it has arrived: a full disk shows at the end only.
bool Print(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

int Main(const Options& options) {
  Plan plan = options.plan;
  if (options.keep) {
    auto made = MakeHome();
    if (!made) {
      Complain(made.error().message);
      return kExitFailed;
    }
    plan.home = made->path();
    Complain(fmt::format("the servers' directory is {}", plan.home));
    made->Keep();
  }
  if (std::error_code failed; !plan.home.empty()) {
    std::filesystem::create_directories(plan.home, failed);
    if (failed) {
      Complain(fmt::format("cannot make {}: {}", plan.home, failed.message()));
      return kExitFailed;
    }
  }
  plan.goes_on = [] { return !interrupted; };
  const Machine machine = LookAtMachine();
  EndOnSignals();
  Progress progress(options);
  const auto contenders = RunInTurn(
      options.targets, plan, options.rounds, [&](int round, const Target& target) { progress.Begins(round, target); },
      [&](const Outcome& so_far) {
        progress.Show(so_far);
        return !interrupted;
      });
  progress.Clear();
  if (!contenders) {
    Complain(contenders.error().message);
    return kExitFailed;
  }
  const std::vector<Report> reports = ReportsOf(options, *contenders, machine);
  bool told = Print(TextOf(options, reports, *contenders));
  if (!told) Complain(fmt::format("cannot write the report: {}", std::strerror(errno)));
  if (!options.html.empty() && !WriteFile(options.html, ReportPage(reports, *contenders))) {
    Complain(fmt::format("cannot write {}: {}", options.html, std::strerror(errno)));
    told = false;
  }
  const auto& judgements = reports[0].judgements;
  const bool met =
      std::ranges::all_of(judgements, [](const Judgement& one) { return one.verdict == Judgement::Verdict::kMet; });
  if (interrupted) return kExitInterrupted;
  const bool failed = TellFailures(options, *contenders);
  return met && told && !failed ? kExitOk : kExitFailed;
}

}  // namespace
}  // namespace skep::load

int main(int argc, char** argv) {
  // A report that goes nowhere is to be known.
  skep::OccupyStandardDescriptors(O_RDONLY);
  CLI::App app("Load on any MCP server, and what it makes of it.", "skep-load");
  skep::load::Options options;
  try {
    options = skep::load::ParseOptions(app, argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? skep::load::kExitOk : skep::load::kExitUsage;
  }
  return skep::load::Main(options);
}
