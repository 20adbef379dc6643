#include "cli/application.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"
#include "base/paths.h"
#include "handlers/list.h"
#include "metrics/alerts.h"
#include "metrics/baseline.h"
#include "metrics/windows.h"
#include "swarm/full_text.h"
#include "swarm/usage.h"

namespace skep::cli {
namespace {

using metrics::Operation;
using metrics::Recorder;

std::unique_ptr<metrics::Collector> MakeCollector(const Settings& settings, net::Loop& loop, bool measures) {
  // A single call from a shell is over before there is anything to tell.
  if (!measures || !settings.measure) return nullptr;
  // On the store's thread, one window after the other.
  auto minute = std::make_shared<std::int64_t>(0);
  return std::make_unique<metrics::Collector>(metrics::Collector::Options{
      .clock = SystemClock(),
      .events = loop,
      .pid = ::getpid(),
      .judge = [minute, thresholds = settings.alerts](store::Database& database, const metrics::ProcessKey& process,
                                                      std::int64_t now_ms) {
        const std::int64_t current = now_ms / metrics::kMinuteMs;
        if (std::exchange(*minute, current) != current) metrics::UpdateBaselines(database, now_ms);
        const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
        auto said = metrics::JudgeAlerts(database, process, thresholds, cores, now_ms);
        return metrics::Judgement{.said = std::move(said), .alert_open = metrics::IsAnyAlertOpen(database)};
      }});
}

store::Options StoreOptions(const Settings& settings, metrics::Collector* collector) {
  store::Options options{.path = settings.database,
                         .fsync = settings.fsync,
                         .cache_bytes = settings.cache_bytes,
                         .lock_wait_ms = settings.lock_wait_ms,
                         .maintenance = [](store::Database& database) {
                           const std::int64_t now_ms = SystemClock().WallMs();
                           const bool more = swarm::Maintain(database, now_ms);
                           return swarm::PruneUsage(database, now_ms) || more;
                         }};
  if (collector == nullptr) return options;
  const auto record = [&recorder = collector->recorder()](Operation operation, std::int64_t value) {
    recorder.Record(Recorder::Thread::kStore, operation, static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0)));
  };
  options.on_group = [record](const store::GroupFigures& group) {
    record(Operation::kStoreLock, group.lock_ns);
    record(Operation::kStoreRun, group.run_ns);
    record(Operation::kStoreGroup, static_cast<std::int64_t>(group.operations));
    if (group.wrote) record(Operation::kStoreCommit, group.commit_ns);
  };
  options.on_checkpoint = [record](std::int64_t ns) { record(Operation::kStoreCheckpoint, ns); };
  return options;
}

/// Who starts a server that speaks on its standard input and output: what there is of that in the environment.
ClientIdentity ClientHere() {
  std::error_code ignored;
  const char* const session = ProcessEnvironment()("CLAUDE_CODE_SESSION_ID");
  return {.session = session == nullptr ? "" : std::string(session).substr(0, limits::kMaxClientText),
          .directory = std::filesystem::current_path(ignored).string()};
}

}  // namespace

Application::Application(const Settings& settings, net::Loop& loop, Lifetime lifetime)
    : liveness_(settings.database),
      collector_(MakeCollector(settings, loop, lifetime == Lifetime::kSession)),
      store_(std::make_unique<store::Store>(StoreOptions(settings, collector_.get()), SystemClock(), loop)),
      server_({.tools = handlers::AllTools(),
               .toolsets = settings.toolsets,
               .instructions = handlers::Instructions(),
               .resources = handlers::AllResources(),
               .prompts = handlers::AllPrompts(),
               .max_waiting_calls = settings.waiting_calls,
               .request_timeout_ms = settings.request_timeout_ms,
               .project = settings.project,
               .client = ClientHere()},
              Services{.store = *store_,
                       .clock = SystemClock(),
                       .executor = loop,
                       .events = loop,
                       .liveness = lifetime == Lifetime::kSession ? &liveness_ : nullptr,
                       .collector = collector_.get()}) {
  if (collector_ != nullptr) collector_->Attach(*store_);
}

Application::~Application() {
  if (collector_ != nullptr) collector_->Close();
  server_.Leave();
  // Finishes what was submitted, for which the server must still be there.
  store_.reset();
}

}  // namespace skep::cli
