#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/events.h"
#include "base/executor.h"
#include "base/limits.h"
#include "base/scratch.h"
#include "client/process.h"
#include "handlers/benchmark_report.h"
#include "skep/block.h"
#include "skep/tool.h"

namespace skep::handlers {
namespace {

/// All that `skep benchmark run` has: each keeps to the time that a call may take.
enum class Suite : int {
  kQuick,
  kTransport,
  kCorrelation,
  kMemory,
  kAgents,
  kTasks,
  kSwarm,
  kTopology,
  kScaling,
  kFilesystem,
  kSoak,
  kComprehensive
};
constexpr std::array<std::string_view, 12> Names(Suite) {
  return {"quick", "transport", "correlation", "memory",     "agents", "tasks",
          "swarm", "topology",  "scaling",     "filesystem", "soak",   "comprehensive"};
}

struct Args {
  Suite suite = Suite::kQuick;
  std::int64_t duration = 10;

  static constexpr Field kFields[] = {
      Opt<&Args::suite>("suite"),
      Opt<&Args::duration>("duration", "Seconds, about, 1 at least; comprehensive takes 100 at least",
                           {1, limits::kMaxWaitS}),
  };
};

/// What comprehensive needs to keep to its time: with less it would take as long, and be cut off.
constexpr std::int64_t kComprehensiveS = 100;
std::int64_t SecondsOf(const Args& args) {
  return args.suite == Suite::kComprehensive ? std::max(args.duration, kComprehensiveS) : args.duration;
}

/// How often the benchmark is looked at.
constexpr std::int64_t kTickMs = 100;
/// How long it has to end, once asked to: a repetition, and some servers that go.
constexpr std::int64_t kEndMs = 5'000;
/// What it may take beyond the time that it is to keep to: servers start, and repetitions overrun. In parts of it, and
/// in ms besides.
constexpr std::int64_t kOverrun = 3;
constexpr std::int64_t kOverrunMs = 30'000;
/// As much of its output as a report of all suites can have, many times over.
constexpr std::size_t kMostOutput = 4 * limits::kMiB;
constexpr std::size_t kRead = 64 * limits::kKiB;

/// A benchmark under way, in a process of its own: it keeps a processor busy, and a server has only one thread.
class Benchmark {
 public:
  static Expected<std::unique_ptr<Benchmark>> Start(const Args& args) {
    auto scratch = Scratch::Make();
    if (!scratch) return std::unexpected(std::move(scratch.error()));
    const std::string_view suite = Names(args.suite)[static_cast<std::size_t>(args.suite)];
    auto process =
        client::Process::Start({.command = {"/proc/self/exe", "benchmark", "run", "--suite", std::string(suite),
                                            "--duration", fmt::format("{}", SecondsOf(args)), "--json",
                                            // However we end, our end of its input is closed then.
                                            "--attached"},
                                .errors = *scratch / "progress"});
    if (!process) return std::unexpected(std::move(process.error()));
    return std::unique_ptr<Benchmark>(new Benchmark(*std::move(scratch), *std::move(process)));
  }
  ~Benchmark() {
    // Servers that it has started are its to end.
    process_.Kill(SIGINT);
    process_.Wait(kEndMs);
  }

  /// Takes in what it has said. Whether it has ended.
  bool Look() {
    while (output_.size() < kMostOutput) {
      const ssize_t n = read(process_.from(), output_.Room(kRead), kRead);
      if (n <= 0) break;
      output_.Wrote(static_cast<std::size_t>(n));
    }
    return process_.Ended().has_value();
  }
  void Stop() { process_.Kill(SIGINT); }
  void Kill() { process_.Kill(SIGKILL); }
  /// Good until the benchmark goes.
  std::span<char> output() { return {output_.data(), output_.size()}; }
  /// The last line that it has said of how far it is.
  std::string Progress() const { return LastLine(client::Tail(errors())); }

 private:
  Benchmark(Scratch scratch, client::Process process) : scratch_(std::move(scratch)), process_(std::move(process)) {}
  std::string errors() const { return scratch_ / "progress"; }

  Scratch scratch_;
  client::Process process_;
  Block output_;
};

/// A call of the tool. Lives by its own timer, until it has answered and the benchmark has ended. One at a time in a
/// process: two would measure each other.
class Measuring : public std::enable_shared_from_this<Measuring> {
 public:
  Measuring(const Services& services, const Args& args, Reply<BenchmarkReport> reply)
      : services_(services),
        duration_ms_(SecondsOf(args) * 1000),
        began_ns_(services.clock.SteadyNs()),
        reply_(std::move(reply)) {}
  ~Measuring() {
    if (benchmark_ != nullptr) busy_ = false;
  }

  void Begin(const Args& args) {
    if (busy_) {
      return Refuse(Error{ErrorCode::kConflict,
                          "a benchmark is running in this server, and two would measure each other: call again when it "
                          "has ended"});
    }
    auto started = Benchmark::Start(args);
    if (!started) return Refuse(std::move(started.error()));
    busy_ = true;
    benchmark_ = *std::move(started);
    timer_ = services_.events.MakeTimer([self = shared_from_this()] { self->Tick(); });
    timer_->Set(kTickMs);
  }

 private:
  std::int64_t ElapsedMs() const { return (services_.clock.SteadyNs() - began_ns_) / 1'000'000; }
  void Refuse(Error error) { reply_(std::unexpected(std::move(error))); }

  void Tick() {
    if (benchmark_->Look()) return Answer();
    const std::int64_t elapsed_ms = ElapsedMs();
    const bool overdue = elapsed_ms > kOverrun * duration_ms_ + kOverrunMs;
    if (!stopped_ms_ && (overdue || reply_.cancelled() || reply_.ending())) {
      stopped_ms_ = elapsed_ms;
      benchmark_->Stop();
    }
    if (stopped_ms_ && elapsed_ms - *stopped_ms_ > kEndMs) benchmark_->Kill();
    if (std::string now = benchmark_->Progress(); !stopped_ms_ && !now.empty() && now != told_) {
      told_ = std::move(now);
      reply_.Progress(static_cast<double>(elapsed_ms) / 1000, static_cast<double>(duration_ms_) / 1000, told_);
    }
    timer_->Set(kTickMs);
  }

  void Answer() {
    if (!reply_.cancelled()) {
      auto report = ReadBenchmarkReport(benchmark_->output());
      if (!report) report.error().message += ": " + benchmark_->Progress();
      reply_(std::move(report));
    }
    // The timer holds us.
    services_.executor.Post([timer = std::shared_ptr<Events::Timer>(std::move(timer_))] {});
  }

  /// On the connections' thread only.
  inline static bool busy_ = false;

  const Services& services_;
  const std::int64_t duration_ms_;
  const std::int64_t began_ns_;
  Reply<BenchmarkReport> reply_;
  std::unique_ptr<Benchmark> benchmark_;
  std::unique_ptr<Events::Timer> timer_;
  std::optional<std::int64_t> stopped_ms_;  ///< When it was asked to end.
  std::string told_;
};

void Run(const Args& args, ToolContext& context, Reply<BenchmarkReport> reply) {
  std::make_shared<Measuring>(context.services(), args, std::move(reply))->Begin(args);
}

}  // namespace

extern const Tool kBenchmarkRun = MakeTool<Run>({
    .name = "benchmark_run",
    .title = "Measure this skep",
    .description =
        "Measures skep on this machine, in servers of its own: medians with their intervals, beside what the machine "
        "itself can do, and whether what is required is met.",
    .hints = {.read_only = true},
    .toolset = Toolset::kMetrics,
    .takes_long = true,
});

}  // namespace skep::handlers
