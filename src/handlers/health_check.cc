#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/limits.h"
#include "base/version.h"
#include "metrics/alerts.h"
#include "metrics/collector.h"
#include "skep/tool.h"
#include "store/probe.h"
#include "store/store.h"
#include "swarm/agent.h"
#include "swarm/memory.h"
#include "swarm/swarm.h"

namespace skep::handlers {
namespace {

enum class Component : int { kAll, kTransport, kStore, kSwarm, kMemory, kMetrics };
constexpr std::array<std::string_view, 6> Names(Component) {
  return {"all", "transport", "store", "swarm", "memory", "metrics"};
}

enum class Health : int { kOk, kDegraded, kFailed };
constexpr std::array<std::string_view, 3> Names(Health) { return {"ok", "degraded", "failed"}; }

struct Args {
  std::vector<Component> components;

  static constexpr Field kFields[] = {
      Opt<&Args::components>("components", "All when left out"),
  };
};

/// What was seen of one component, by trying it.
struct Finding {
  Component component = Component::kAll;
  Health status = Health::kOk;
  std::string detail;
  std::optional<double> measured_ms;

  static constexpr Field kFields[] = {
      Req<&Finding::component>("component"),
      Req<&Finding::status>("status"),
      Req<&Finding::detail>("detail"),
      Opt<&Finding::measured_ms>("measuredMs", "How long the probe took"),
  };
};

struct Result {
  Health status = Health::kOk;
  Timestamp checked_at;
  std::string version;
  std::vector<Finding> components;

  static constexpr Field kFields[] = {
      Req<&Result::status>("status", "The worst of the components"),
      Req<&Result::checked_at>("checkedAt"),
      Req<&Result::version>("version"),
      Req<&Result::components>("components"),
  };
};

/// A check under way: one component after the other, each by a probe of the real thing.
class Check {
 public:
  Check(const Args& args, ToolContext& context, Reply<Result> reply)
      : services_(context.services()), started_ms_(context.now_ms()), reply_(std::move(reply)) {
    const auto wanted = [&](Component component) {
      return args.components.empty() || std::ranges::find(args.components, Component::kAll) != args.components.end() ||
             std::ranges::find(args.components, component) != args.components.end();
    };
    for (const Component component :
         {Component::kTransport, Component::kStore, Component::kSwarm, Component::kMemory, Component::kMetrics}) {
      if (wanted(component)) pending_.push_back(component);
    }
    total_ = pending_.size();
  }

  /// Probes the next component; owns the check until the answer.
  static void Step(std::unique_ptr<Check> check) {
    Check& self = *check;
    if (self.reply_.cancelled()) return;
    if (!self.findings_.empty()) {
      self.reply_.Progress(static_cast<double>(self.findings_.size()), static_cast<double>(self.total_),
                           self.findings_.back().detail);
    }
    if (self.pending_.empty()) return self.Answer();
    const Component next = self.pending_.front();
    self.pending_.erase(self.pending_.begin());
    self.step_ns_ = self.services_.clock.SteadyNs();
    switch (next) {
      case Component::kTransport:
        return ProbeLoop(std::move(check));
      case Component::kStore:
        return ProbeStore(std::move(check));
      case Component::kSwarm:
        self.ProbeSwarm();
        break;
      case Component::kMemory:
        self.ProbeMemory();
        break;
      default:
        self.ProbeMetrics();
        break;
    }
    Step(std::move(check));
  }

 private:
  /// A delay at which people notice (an alert's threshold, see the product page).
  static constexpr double kSlowMs = 200;
  /// Free space below which the next large writes may fail.
  static constexpr std::int64_t kLittleSpace = 100 * static_cast<std::int64_t>(limits::kMiB);
  /// Open alerts that an answer names: there are no more kinds.
  static constexpr std::int64_t kMaxAlerts = 8;

  class StoreProbe;

  double ElapsedMs() const { return static_cast<double>(services_.clock.SteadyNs() - step_ns_) / 1e6; }

  void Report(Component component, Health status, std::string detail, std::optional<double> ms) {
    findings_.push_back({.component = component, .status = status, .detail = std::move(detail), .measured_ms = ms});
  }

  /// What is going on here, if it is counted.
  std::string Load() const {
    if (services_.collector == nullptr) return {};
    std::string load;
    services_.collector->ReadGauges([&](std::string_view name, double value) {
      static constexpr std::pair<std::string_view, std::string_view> kShown[] = {{"sessions:open", "sessions open"},
                                                                                 {"calls:in_flight", "calls in flight"},
                                                                                 {"calls:waiting", "calls waiting"}};
      for (const auto& [gauge, words] : kShown) {
        if (gauge == name) load += fmt::format("; {:.0f} {}", value, words);
      }
    });
    return load;
  }

  /// How long work that is posted to the connection's thread waits there.
  static void ProbeLoop(std::unique_ptr<Check> check) {
    Executor& executor = check->services_.executor;
    executor.Post([held = std::make_shared<std::unique_ptr<Check>>(std::move(check))] {
      Check& self = **held;
      const double ms = self.ElapsedMs();
      self.Report(Component::kTransport, ms > kSlowMs ? Health::kDegraded : Health::kOk,
                  fmt::format("the event loop answered after {:.3f} ms{}", ms, self.Load()), ms);
      Step(std::move(*held));
    });
  }

  static void ProbeStore(std::unique_ptr<Check> check);

  /// Runs a read and reports what it says, or why it could not.
  template <class Read>
  void ProbeRead(Component component, Read read) {
    store::Database& database = services_.store.Reader();
    std::string detail = read(database);
    if (database.error()) {
      Report(component, Health::kFailed, database.error()->message, std::nullopt);
      database.ClearError();
    } else {
      Report(component, Health::kOk, std::move(detail), ElapsedMs());
    }
    services_.store.EndRead();
  }

  void ProbeSwarm() {
    ProbeRead(Component::kSwarm, [&](store::Database& database) {
      const swarm::Census census = swarm::TakeCensus(database);
      return fmt::format("{} active swarms with {} agents", census.active_swarms, census.agents);
    });
  }

  void ProbeMemory() {
    ProbeRead(Component::kMemory, [&](store::Database& database) {
      const swarm::MemoryStats stats = swarm::StatEntries(database, started_ms_);
      return fmt::format("{} entries with {} bytes, {} not yet indexed", stats.entries, stats.bytes, stats.not_indexed);
    });
  }

  /// Looks at what is measured, and at what that has shown to be wrong.
  void ProbeMetrics() {
    store::Database& database = services_.store.Reader();
    std::string alerts;
    for (const metrics::Alert& alert : metrics::ListAlerts(database, started_ms_, kMaxAlerts)) {
      if (metrics::IsOpen(alert, started_ms_)) alerts += fmt::format("; alert {}: {}", alert.name, alert.message);
    }
    const std::optional<Error> failed = database.error();
    database.ClearError();
    services_.store.EndRead();
    if (failed) return Report(Component::kMetrics, Health::kFailed, failed->message, std::nullopt);
    const metrics::Collector* const collector = services_.collector;
    const bool lost = collector != nullptr && collector->lost_windows() > 0;
    Report(Component::kMetrics, lost || !alerts.empty() ? Health::kDegraded : Health::kOk, Measuring() + alerts,
           ElapsedMs());
  }

  /// Whether and how this process measures.
  std::string Measuring() const {
    const metrics::Collector* const collector = services_.collector;
    if (collector == nullptr) {
      return "this process measures nothing: it is a single call, or [metrics] enabled = false in config.toml";
    }
    std::size_t figures = 0;
    collector->ReadGauges([&](std::string_view, double) { ++figures; });
    const std::int64_t written_ms = collector->written_ms();
    const std::string written =
        written_ms == 0 ? fmt::format("nothing written down yet, which is done every {} s", limits::kWindowMs / 1000)
                        : fmt::format("last written down {:.1f} s ago",
                                      static_cast<double>(services_.clock.WallMs() - written_ms) / 1000);
    return fmt::format("{} figures of this process read; {}; {} windows lost", figures, written,
                       collector->lost_windows());
  }

  void Answer() {
    Result result{.checked_at = {started_ms_}, .version = std::string(Version()), .components = std::move(findings_)};
    for (const Finding& finding : result.components) result.status = std::max(result.status, finding.status);
    reply_(std::move(result));
  }

  const Services& services_;
  const std::int64_t started_ms_;
  Reply<Result> reply_;
  std::vector<Component> pending_;
  std::size_t total_ = 0;
  std::vector<Finding> findings_;
  std::int64_t step_ns_ = 0;
};

/// Writes a number, waits for its commit, reads it back.
class Check::StoreProbe final : public store::Operation {
 public:
  explicit StoreProbe(std::unique_ptr<Check> check) : check_(std::move(check)), number_(check_->step_ns_) {}

  Expected<void> Run(store::Database& database) override {
    store::WriteProbe(database, number_);
    return {};
  }

  void Finish(Expected<void> outcome) override {
    const double ms = check_->ElapsedMs();
    store::Store& store = check_->services_.store;
    if (outcome) {
      store::Database& database = store.Reader();
      const std::int64_t read = store::ReadProbe(database);
      if (database.error()) {
        outcome = std::unexpected(*database.error());
        database.ClearError();
      } else if (read < number_) {  // another check may have written since
        outcome = Fail(ErrorCode::kCorrupt, fmt::format("wrote {} and read back {}", number_, read));
      }
      store.EndRead();
    }
    if (outcome) {
      const store::DiskUse disk = store::MeasureDisk(store.path());
      const bool tight = disk.free >= 0 && disk.free < kLittleSpace;
      check_->Report(Component::kStore, tight || ms > kSlowMs ? Health::kDegraded : Health::kOk,
                     fmt::format("written, committed and read back; {} MiB free on its disk{}; write-ahead log {} KiB; "
                                 "SQLite {}; {}",
                                 disk.free / static_cast<std::int64_t>(limits::kMiB), tight ? ", which is little" : "",
                                 std::max<std::int64_t>(disk.wal, 0) / 1024, store::SqliteVersion(), store.path()),
                     ms);
    } else {
      check_->Report(Component::kStore, Health::kFailed, outcome.error().message, std::nullopt);
    }
    Step(std::move(check_));
  }

 private:
  std::unique_ptr<Check> check_;
  const std::int64_t number_;
};

void Check::ProbeStore(std::unique_ptr<Check> check) {
  store::Store& store = check->services_.store;
  store.Submit(std::make_unique<StoreProbe>(std::move(check)));
}

void Run(const Args& args, ToolContext& context, Reply<Result> reply) {
  Check::Step(std::make_unique<Check>(args, context, std::move(reply)));
}

}  // namespace

extern const Tool kHealthCheck = MakeTool<Run>({
    .name = "health_check",
    .title = "Health check",
    .description =
        "Tries each part for real: delay of the event loop, a write that is committed and read back, disk space, "
        "swarm, memory and measurement, with the alerts that are open.",
    .hints = {.idempotent = true},
    .toolset = Toolset::kMetrics,
    .takes_long = true,
});

}  // namespace skep::handlers
