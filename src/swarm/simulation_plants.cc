#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.h"
#include "swarm/agent.h"
#include "swarm/lease.h"
#include "swarm/simulation_random.h"
#include "swarm/simulation_run.h"

namespace skep::swarm {
namespace {

constexpr std::array kPaths = {kWantedFile};
constexpr std::string_view kRoot = "/simulated";

}  // namespace

bool Simulation::WantsFile(std::int64_t task) const {
  return Random{options_.seed, 14, static_cast<std::uint64_t>(task)}.Chance(options_.plant.file_rate);
}

void Simulation::SeekFile(const Seeker& seeker) {
  Call();
  const std::size_t index = seeker.work.worker;
  const auto agent = FindAgent(database_, swarm_, workers_[index].id);
  if (!agent) return model_.Violate(agent.error().message);
  const auto acquired = AcquireLeases(
      database_, *agent, {.paths = kPaths, .mode = LeaseMode::kExclusive, .ttl_s = limits::kMaxLeaseS, .root = kRoot},
      Now());
  if (!acquired) return model_.Violate("the file was refused: " + acquired.error().message);
  if (acquired->obstacles.empty() != (holder_ == kNobody)) {
    return model_.Violate("a file was leased twice, or is nobody's and was not");
  }
  if (!acquired->obstacles.empty()) {
    seekers_.push_back(seeker);
    return;
  }
  holder_ = index;
  // A call waits so long at most, is then denied, and made anew.
  std::int64_t waited_ms = (now_us_ - seeker.since_us) / 1000;
  for (; options_.on_contention && waited_ms > 0; waited_ms -= limits::kMaxWaitS * 1000) {
    const bool denied = waited_ms > limits::kMaxWaitS * 1000;
    options_.on_contention(kWantedFile, std::min(waited_ms, limits::kMaxWaitS * 1000), denied, Now().wall_ms);
  }
  Event work = seeker.work;
  work.until_us = free_us_ + seeker.takes_us;
  KeepWorking(work);
}

void Simulation::LeaveFile(std::size_t worker) {
  if (holder_ != worker) return;
  Call();
  const auto agent = FindAgent(database_, swarm_, workers_[worker].id);
  const auto released = agent ? ReleaseLeases(database_, *agent, {}, kRoot, Now()) : Expected<Released>();
  if (!agent || !released) return model_.Violate("the file could not be given back");
  holder_ = kNobody;
  while (!seekers_.empty() && holder_ == kNobody && Good()) {
    const Seeker next = seekers_.front();
    seekers_.pop_front();
    if (workers_[next.work.worker].generation == next.generation) SeekFile(next);
  }
}

void Simulation::HoldStore() {
  /// As many as one call makes at most.
  Call(options_.plant.hold_us, limits::kMaxSubtasks);
  Push(free_us_ + options_.plant.hold_every_us, {.what = What::kHold});
}

}  // namespace skep::swarm
