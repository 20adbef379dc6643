#include "bench/stress.h"

#include <cmath>

namespace skep::bench {
namespace {

constexpr double kFirstPerS = 1'000;
/// Beyond what a load generator on the same machine can ask for.
constexpr double kMostPerS = 4'000'000;
/// How often the gap between what held and what did not is halved: to 2^(1/8), 9 %.
constexpr int kHalvings = 3;
constexpr double kAnswered = 0.99;

}  // namespace

bool Holds(const load::Outcome& outcome, double per_s) {
  const auto p95 = outcome.latency.Percentile(95);
  return p95 && static_cast<double>(*p95) <= kMostP95Ms * 1e6 && outcome.errors.empty() && !outcome.interrupted &&
         outcome.rate().value_or(0) >= kAnswered * per_s;
}

Expected<Stressed> FindBreakingRate(const std::function<Expected<load::Outcome>(double per_s)>& run) {
  Stressed stressed;
  double broken = 0;
  const auto attempt = [&](double per_s) -> Expected<bool> {
    const auto outcome = run(per_s);
    if (!outcome) return std::unexpected(outcome.error());
    stressed.interrupted = outcome->interrupted;
    if (stressed.interrupted) return false;
    const auto p95 = outcome->latency.Percentile(95);
    const bool held = Holds(*outcome, per_s);
    stressed.tried.push_back({.per_s = per_s,
                              .p95_ns = p95 ? std::optional(static_cast<double>(*p95)) : std::nullopt,
                              .answered_per_s = outcome->rate().value_or(0),
                              .errors = outcome->error_count(),
                              .held = held});
    return held;
  };
  // What does not hold is tried once more: it may have been the machine.
  const auto settle = [&](double per_s) -> Expected<void> {
    auto held = attempt(per_s);
    if (held && !*held && !stressed.interrupted) held = attempt(per_s);
    if (!held) return std::unexpected(std::move(held.error()));
    if (*held) {
      stressed.highest = per_s;
    } else if (!stressed.interrupted) {
      broken = per_s;
    }
    return {};
  };
  for (double per_s = kFirstPerS; per_s <= kMostPerS && broken == 0 && !stressed.interrupted; per_s *= 2) {
    if (auto settled = settle(per_s); !settled) return std::unexpected(std::move(settled.error()));
  }
  stressed.broke = broken > 0;
  for (int i = 0; i < kHalvings && stressed.broke && stressed.highest && !stressed.interrupted; ++i) {
    if (auto settled = settle(std::round(std::sqrt(*stressed.highest * broken))); !settled) {
      return std::unexpected(std::move(settled.error()));
    }
  }
  return stressed;
}

}  // namespace skep::bench
