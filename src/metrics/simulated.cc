#include "metrics/simulated.h"

#include <string_view>

#include "base/limits.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

constexpr std::uint64_t Ns(std::int64_t us) { return static_cast<std::uint64_t>(us) * 1000; }

}  // namespace

SimulationMeter::SimulationMeter(store::Database& database, swarm::SimulationOptions& options) : database_(database) {
  options.on_call = [this](const swarm::SimulatedCall& call) {
    MoveTo(call.at_ms);
    const auto record = [&](Operation operation, std::uint64_t value) {
      recorder_.Record(Recorder::Thread::kStore, operation, value);
    };
    record(Operation::kStoreQueue, Ns(call.queue_us));
    record(Operation::kStoreRun, Ns(call.run_us));
    record(Operation::kStoreCommit, Ns(call.commit_us));
    record(Operation::kStoreGroup, static_cast<std::uint64_t>(call.operations));
  };
  options.on_contention = [this](std::string_view path, std::int64_t waited_ms, bool denied, std::int64_t at_ms) {
    MoveTo(at_ms);
    contention_.Note(path, waited_ms, denied);
  };
}

void SimulationMeter::MoveTo(std::int64_t at_ms) {
  if (last_ms_ != 0 && at_ms / limits::kWindowMs != last_ms_ / limits::kWindowMs) Finish();
  last_ms_ = at_ms;
}

void SimulationMeter::Finish() {
  AddToWindows(database_, recorder_.Take(), last_ms_);
  AddContention(database_, contention_.Take(), last_ms_);
}

}  // namespace skep::metrics
