#include <fmt/format.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "load/driver.h"
#include "load/load.h"
#include "load/script.h"
#include "load/servers.h"

namespace skep::load {
namespace {

/// Agents of all connections together, each of which has to be spawned before; and those of one that is open, where as
/// many cycles may go on at once.
constexpr int kMostAgents = 1024;
constexpr int kAgentsOfOpen = 64;

int AgentsEach(const Plan& plan) {
  const int wanted = plan.pattern.closed() ? plan.pattern.depth : kAgentsOfOpen;
  return std::clamp(kMostAgents / plan.connections, 1, wanted);
}

/// While it lives the kernel wakes this thread when it said, and not up to 50 µs later. What is started inherits it, so
/// servers are started before.
class Punctual {
 public:
  Punctual() : before_(static_cast<unsigned long>(prctl(PR_GET_TIMERSLACK))) { prctl(PR_SET_TIMERSLACK, 1UL); }
  Punctual(const Punctual&) = delete;
  Punctual& operator=(const Punctual&) = delete;
  ~Punctual() { prctl(PR_SET_TIMERSLACK, before_); }

 private:
  unsigned long before_;
};

std::int64_t Ns(double seconds) { return static_cast<std::int64_t>(seconds * 1e9); }

Pattern WarmUpOf(const Pattern& pattern) {
  if (pattern.closed()) return pattern;
  const double rate = pattern.from_per_s > 0 ? pattern.from_per_s : pattern.to_per_s;
  return {.shape = Pattern::Shape::kConstant, .from_per_s = rate, .to_per_s = rate};
}

/// What a failure is when it came of being ended.
Expected<Outcome> Failed(const Plan& plan, Error error) {
  if (plan.goes_on && !plan.goes_on()) return Outcome{.interrupted = true};
  return std::unexpected(std::move(error));
}

Expected<Outcome> RunAt(const Target& target, const Plan& plan, const Watch& watch, const std::string& home) {
  auto servers = Servers::Open(target, plan, home);
  if (!servers) return Failed(plan, std::move(servers.error()));
  Script script(plan.mix, plan.seed, static_cast<std::size_t>(plan.connections),
                static_cast<std::size_t>(AgentsEach(plan)));
  for (std::size_t i = 0; i < servers->sessions().size(); ++i) {
    if (auto prepared = script.Prepare(i, servers->sessions()[i]); !prepared) {
      return Failed(plan, std::move(prepared.error()));
    }
  }
  auto driver = Driver::Make(plan, *servers, script);
  if (!driver) return std::unexpected(std::move(driver.error()));
  const Punctual punctual;
  if (plan.warm_up_s > 0) {
    Outcome warm = (*driver)->Drive({.pattern = WarmUpOf(plan.pattern),
                                     .duration_ns = Ns(plan.warm_up_s),
                                     .grace_ns = Ns(plan.grace_s),
                                     .warming_up = true},
                                    watch);
    // What was not measured is nothing, and why is kept.
    if (warm.interrupted || !warm.broken_off.empty()) {
      return Outcome{.interrupted = warm.interrupted, .broken_off = std::move(warm.broken_off)};
    }
  }
  return (*driver)->Drive({.pattern = plan.pattern,
                           .duration_ns = Ns(plan.duration_s),
                           .most_requests = plan.most_requests,
                           .grace_ns = Ns(plan.grace_s)},
                          watch);
}

}  // namespace

Expected<Scratch> MakeHome() { return Scratch::Make(std::getenv("TMPDIR") == nullptr ? "/var/tmp" : ""); }

Expected<Outcome> Run(const Target& target, const Plan& plan, const Watch& watch) {
  if (plan.connections < 1 || plan.duration_s <= 0 || plan.mix.parts.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "a load has at least one connection, a duration and a mix");
  }
  const std::int64_t in_flight =
      plan.pattern.closed() ? std::int64_t{plan.pattern.depth} * plan.connections : plan.most_in_flight;
  if (in_flight < 1 || in_flight > kMostInFlight) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} requests in flight on {} connection{}: at least 1 and at most {} are possible",
                            in_flight, plan.connections, plan.connections == 1 ? "" : "s", kMostInFlight));
  }
  if (!plan.home.empty()) return RunAt(target, plan, watch, plan.home);
  const auto scratch = MakeHome();
  if (!scratch) return std::unexpected(scratch.error());
  return RunAt(target, plan, watch, scratch->path());
}

}  // namespace skep::load
