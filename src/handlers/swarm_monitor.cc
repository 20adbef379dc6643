#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/events.h"
#include "base/executor.h"
#include "base/limits.h"
#include "handlers/current_swarm.h"
#include "handlers/task_view.h"
#include "skep/tool.h"
#include "store/store.h"
#include "swarm/agent.h"
#include "swarm/swarm.h"

namespace skep::handlers {
namespace {

struct Args {
  std::optional<std::string_view> swarm_id;
  std::int64_t interval = 5;
  std::int64_t duration = 30;

  static constexpr Field kFields[] = {
      Opt<&Args::swarm_id>("swarmId"),
      Opt<&Args::interval>("interval", "Seconds", {1, limits::kMaxWaitS}),
      Opt<&Args::duration>("duration", "Seconds", {1, limits::kMaxWaitS}),
  };
};

struct Result {
  std::string swarm_id;
  double seconds = 0;
  std::int64_t samples = 0;
  std::optional<double> utilisation;
  std::int64_t agents_alive = 0;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  TaskCounts tasks;
  std::optional<std::string> note;

  static constexpr Field kFields[] = {
      Req<&Result::swarm_id>("swarmId"),
      Req<&Result::seconds>("seconds", "How long it was watched"),
      Req<&Result::samples>("samples"),
      Opt<&Result::utilisation>("utilisation", "Share of agents that worked, over the samples; absent: no agents"),
      Req<&Result::agents_alive>("agentsAlive"),
      Req<&Result::succeeded>("succeeded", "Tasks, meanwhile"),
      Req<&Result::failed>("failed", "Tasks, meanwhile"),
      Req<&Result::tasks>("tasks", "Now"),
      Opt<&Result::note>("note"),
  };
};

/// How often it is seen that the caller has gone.
constexpr std::int64_t kTickMs = 250;

struct Sample {
  TaskCounts tasks;
  std::int64_t alive = 0;
  std::int64_t busy = 0;
  bool destroyed = false;
};

/// A swarm that is being watched. Lives by its own timer, until it has answered.
class Monitor : public std::enable_shared_from_this<Monitor> {
 public:
  Monitor(const Services& services, std::string swarm_id, const Args& args, Reply<Result> reply)
      : services_(services),
        swarm_id_(std::move(swarm_id)),
        interval_ms_(args.interval * 1000),
        duration_ms_(args.duration * 1000),
        began_ns_(services.clock.SteadyNs()),
        reply_(std::move(reply)) {}

  void Begin() {
    first_ = Take();
    if (!first_) return;
    timer_ = services_.events.MakeTimer([self = shared_from_this()] { self->Tick(); });
    timer_->Set(std::min(kTickMs, duration_ms_));
  }

 private:
  std::int64_t ElapsedMs() const { return (services_.clock.SteadyNs() - began_ns_) / 1'000'000; }

  /// What is to be seen now; nothing, and an error answered, if it cannot be read.
  std::optional<Sample> Take() {
    store::Database& database = services_.store.Reader();
    Sample sample;
    const auto swarm = swarm::FindSwarm(database, swarm_id_);
    if (swarm) {
      const swarm::AgentCounts counts = swarm::CountAgents(database, *swarm);
      sample.busy = counts.by_state[static_cast<std::size_t>(swarm::AgentState::kBusy)];
      sample.alive = sample.busy + counts.by_state[static_cast<std::size_t>(swarm::AgentState::kIdle)];
      sample.tasks = CountsOf(database, *swarm);
      sample.destroyed = swarm->status == swarm::SwarmStatus::kDestroyed;
    }
    const std::optional<Error> error = database.error();
    services_.store.EndRead();
    if (swarm && !error) return sample;
    reply_(std::unexpected(error ? *error : swarm.error()));
    Stop();
    return std::nullopt;
  }

  void Tick() {
    if (reply_.cancelled()) return Stop();
    const std::int64_t elapsed_ms = ElapsedMs();
    const bool over = elapsed_ms >= duration_ms_ || reply_.ending();
    if (!over && elapsed_ms < (samples_ + 1) * interval_ms_) return timer_->Set(NextMs(elapsed_ms));
    const auto sample = Take();
    if (!sample) return;
    ++samples_;
    if (sample->alive > 0) {
      utilisation_ += static_cast<double>(sample->busy) / static_cast<double>(sample->alive);
      ++samples_with_agents_;
    }
    if (over || sample->destroyed) return Answer(*sample, elapsed_ms);
    reply_.Progress(
        static_cast<double>(elapsed_ms) / 1000, static_cast<double>(duration_ms_) / 1000,
        fmt::format("{} of {} agents work; tasks: {} ready, {} claimed, {} blocked, {} succeeded, {} failed",
                    sample->busy, sample->alive, sample->tasks.ready, sample->tasks.claimed, sample->tasks.blocked,
                    sample->tasks.succeeded, sample->tasks.failed));
    timer_->Set(NextMs(elapsed_ms));
  }

  std::int64_t NextMs(std::int64_t elapsed_ms) const {
    const std::int64_t next = std::min(duration_ms_, (samples_ + 1) * interval_ms_) - elapsed_ms;
    return std::clamp<std::int64_t>(next, 1, kTickMs);
  }

  void Answer(const Sample& last, std::int64_t elapsed_ms) {
    Result result{.swarm_id = swarm_id_,
                  .seconds = static_cast<double>(elapsed_ms) / 1000,
                  .samples = samples_,
                  .agents_alive = last.alive,
                  .succeeded = last.tasks.succeeded - first_->tasks.succeeded,
                  .failed = last.tasks.failed - first_->tasks.failed,
                  .tasks = last.tasks};
    if (samples_with_agents_ > 0) result.utilisation = utilisation_ / static_cast<double>(samples_with_agents_);
    if (last.destroyed) result.note = "the swarm was destroyed";
    reply_(std::move(result));
    Stop();
  }

  /// Lets go of the timer, which holds us.
  void Stop() {
    if (timer_ == nullptr) return;
    services_.executor.Post([timer = std::shared_ptr<Events::Timer>(std::move(timer_))] {});
  }

  const Services& services_;
  const std::string swarm_id_;
  const std::int64_t interval_ms_;
  const std::int64_t duration_ms_;
  const std::int64_t began_ns_;
  Reply<Result> reply_;
  std::unique_ptr<Events::Timer> timer_;
  std::optional<Sample> first_;
  std::int64_t samples_ = 0;
  std::int64_t samples_with_agents_ = 0;
  double utilisation_ = 0;
};

void Run(const Args& args, ToolContext& context, Reply<Result> reply) {
  const auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return reply(std::unexpected(swarm.error()));
  std::make_shared<Monitor>(context.services(), swarm->id(), args, std::move(reply))->Begin();
}

}  // namespace

extern const Tool kSwarmMonitor = MakeTool<Run>({
    .name = "swarm_monitor",
    .title = "Watch a swarm",
    .description = "Watches a swarm for a while, with progress notifications, and sums up what happened.",
    .hints = {.read_only = true},
    .toolset = Toolset::kMetrics,
    .takes_long = true,
});

}  // namespace skep::handlers
