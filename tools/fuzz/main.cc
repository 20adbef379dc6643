// skep-fuzz [OPTIONS] -- SERVER ARGS…
//
// Speaks to an MCP server over its standard input and output: valid, nearly valid and hostile messages, made up from
// what the server lists. Judges all that it answers. Each finding is brought down to the few lines that bring it about,
// and written as a transcript that can be played again.

#include <fmt/format.h>
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/version.h"
#include "fuzz/campaign.h"
#include "fuzz/contract.h"
#include "fuzz/report.h"
#include "fuzz/script.h"

namespace {

using namespace skep;

constexpr int kFoundNothing = 0;
constexpr int kFoundSomething = 1;
constexpr int kUsage = 2;
constexpr int kInterrupted = 130;

/// How long the first answers may take: what is behind npx or uvx may have to be downloaded before it starts.
constexpr std::int64_t kFirstPatienceMs = 30'000;

std::atomic<bool> interrupted = false;

struct Arguments {
  fuzz::Plan plan;
  std::vector<std::string> without;
  std::string replay;
  std::string out = "skep-fuzz-findings";
  bool json = false;
};

/// Has the heap keep what long lines have freed, for the next one: glibc would give each of them back, and half of what
/// the kernel does for us would be to hand us empty pages again.
void KeepFreedMemory() {
  constexpr int kLargestOnHeap = 32 << 20;  // the most that glibc takes: three of the longest lines
  mallopt(M_MMAP_THRESHOLD, kLargestOnHeap);
  mallopt(M_TRIM_THRESHOLD, 4 * kLargestOnHeap);  // what a life has said, which is kept until its end
}

int Fail(const Error& error) {
  fmt::print(stderr, "skep-fuzz: {}\n", error.message);
  return kUsage;
}

/// A line on standard error: at most twice a second on a terminal, where it replaces the one before, else every ten.
class Progress {
 public:
  void operator()(const fuzz::Outcome& outcome) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t now = SystemClock().SteadyNs();
    if (now < next_) return;
    next_ = now + (terminal_ ? kSecond / 2 : 10 * kSecond);
    fmt::print(stderr, "{}{}{}", terminal_ ? "\r\x1b[K" : "", fuzz::ProgressLine(outcome), terminal_ ? "" : "\n");
    shown_ = true;
  }
  ~Progress() {
    if (terminal_ && shown_) fmt::print(stderr, "\n");
  }

 private:
  const bool terminal_ = isatty(STDERR_FILENO) != 0;
  std::int64_t next_ = 0;
  bool shown_ = false;
};

int Replay(const Arguments& arguments, const fuzz::Contract& contract) {
  std::ifstream file(arguments.replay, std::ios::binary);
  if (!file) {
    return Fail({ErrorCode::kNotFound, fmt::format("{} cannot be read", arguments.replay)});
  }
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto script = fuzz::ReadTranscript(text);
  if (!script) return Fail(script.error());
  if (script->steps.empty()) {
    return Fail(
        {ErrorCode::kInvalidArgument, fmt::format("{} is no transcript: nothing in it is sent", arguments.replay)});
  }
  const auto found = fuzz::Play(arguments.plan.setup, contract, *script);
  if (!found) return Fail(found.error());
  nlohmann::json findings = nlohmann::json::array();
  for (const auto& [connection, finding] : *found) {
    findings.push_back({{"rule", fuzz::NameOf(finding.rule)},
                        {"subject", finding.subject},
                        {"detail", finding.detail},
                        {"connection", connection}});
    if (!arguments.json) fmt::print("FINDING {}: {}\n", finding.Key(), finding.detail);
  }
  const auto replace = nlohmann::json::error_handler_t::replace;
  if (arguments.json) {
    fmt::print("{}\n", nlohmann::json{{"findings", findings}}.dump(2, ' ', false, replace));
  } else {
    fmt::print("{}\n", fuzz::CountOfFindings(found->size()));
  }
  return found->empty() ? kFoundNothing : kFoundSomething;
}

int Campaign(const Arguments& arguments, const fuzz::Contract& contract) {
  std::error_code unwritable;
  std::filesystem::create_directories(arguments.out, unwritable);
  if (unwritable || access(arguments.out.c_str(), W_OK) != 0) {
    return Fail({ErrorCode::kUnavailable, fmt::format("--out {}: nothing can be written there", arguments.out)});
  }
  fuzz::Outcome outcome;
  {
    Progress progress;
    auto run = fuzz::Run(arguments.plan, contract, [&](const fuzz::Outcome& so_far) {
      progress(so_far);
      return !interrupted;
    });
    if (!run) return Fail(run.error());
    outcome = std::move(*run);
  }
  for (const auto& [key, found] : outcome.cases) {
    const auto path = std::filesystem::path(arguments.out) / fuzz::TranscriptName(found);
    std::ofstream file(path, std::ios::binary);
    file << fuzz::WriteTranscript(found.script, found.finding);
    if (!file.flush()) fmt::print(stderr, "skep-fuzz: {} cannot be written\n", path.string());
  }
  // It was made before the run, which would else have been for nothing.
  if (outcome.cases.empty()) std::filesystem::remove(arguments.out, unwritable);
  if (arguments.json) {
    const auto replace = nlohmann::json::error_handler_t::replace;
    fmt::print("{}\n", fuzz::ReportJson(arguments.plan, contract, outcome).dump(2, ' ', false, replace));
  } else {
    fmt::print("{}", fuzz::ReportText(arguments.plan, contract, outcome));
    if (!outcome.cases.empty()) fmt::print("transcripts are in {}\n", arguments.out);
  }
  if (!outcome.cases.empty()) return kFoundSomething;
  return interrupted ? kInterrupted : kFoundNothing;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Fuzzes an MCP server over its standard input and output.", "skep-fuzz");
  app.footer(
      "Exit status: 0 nothing was found, 1 something was, 2 wrong usage or no server, 130 interrupted and nothing "
      "found.");
  app.set_version_flag("--version", std::string(Version()));
  fuzz::Plan& plan = arguments.plan;
  int core = -1;
  app.add_option("--seed", plan.seed, "What everything made up depends on")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--duration", plan.seconds, "Seconds; making what was found small may take as long again")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 1e6));
  app.add_option("--messages", plan.messages, "End after so many messages");
  app.add_option("--tries", plan.tries, "Runs of the server that bringing one finding down to its least may take")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--rate", plan.rate, "Messages a second, at most")->check(CLI::PositiveNumber);
  app.add_option("--connections", plan.setup.connections, "Server processes that share one home")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  const CLI::Option* const patience =
      app.add_option("--patience", plan.setup.patience_ms,
                     fmt::format("Milliseconds that an answer may take; unless this is given, {} at the very first "
                                 "start, which may be a download",
                                 kFirstPatienceMs))
          ->capture_default_str()
          ->check(CLI::Range(100, 600'000));
  app.add_option("--core", core, "The processor that the servers run on")->check(CLI::NonNegativeNumber);
  app.add_option("--without", arguments.without, "A tool that is not called; may be given again")
      ->allow_extra_args(false);
  app.add_option("--replay", arguments.replay, "Play this transcript instead, and judge what is answered");
  app.add_option("--out", arguments.out, "Directory for the transcripts of what is found")->capture_default_str();
  app.add_flag("--json", arguments.json, "The report as JSON");
  app.add_option("SERVER", plan.setup.command, "The server and its arguments, after --")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (core >= 0) plan.setup.core = core;
  // A server runs in its home: what names a file here must name it there.
  for (std::string& word : plan.setup.command) {
    if (word.contains('/') || word != plan.setup.command.front()) {
      std::error_code ignored;
      if (std::filesystem::is_regular_file(word, ignored)) word = std::filesystem::absolute(word);
    }
  }

  KeepFreedMemory();
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, [](int) { interrupted = true; });
  signal(SIGTERM, [](int) { interrupted = true; });

  auto home = Scratch::Make();
  if (!home) return Fail(home.error());
  auto contract = fuzz::ReadContract({.command = plan.setup.command, .home = home->path(), .errors = *home / "stderr"},
                                     patience->empty() ? kFirstPatienceMs : plan.setup.patience_ms);
  if (!contract) return Fail(contract.error());
  for (const std::string& name : arguments.without) {
    if (std::erase_if(contract->tools, [&](const auto& tool) { return tool.name == name; }) == 0) {
      return Fail({ErrorCode::kNotFound, fmt::format("--without {}: the server has no such tool", name)});
    }
  }
  return arguments.replay.empty() ? Campaign(arguments, *contract) : Replay(arguments, *contract);
}
