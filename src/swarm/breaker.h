#pragma once

#include <array>
#include <cstdint>
#include <string_view>

/// A circuit breaker for each agent: after failures in a row it gets no work for a while, then one task as a trial.
namespace skep::swarm {

enum class BreakerState : int { kClosed, kOpen, kHalfOpen };
constexpr std::array<std::string_view, 3> Names(BreakerState) { return {"closed", "open", "half_open"}; }

struct Breaker {
  std::int64_t failures = 0;  ///< In a row.
  std::int64_t until_ms = 0;  ///< Wall clock; 0: it never opened, or has closed again.
  std::int64_t opened = 0;    ///< How often it has opened.

  BreakerState state(std::int64_t now_ms) const;
};

/// The breaker after a task that succeeded or failed.
Breaker AfterSuccess(Breaker breaker);
Breaker AfterFailure(Breaker breaker, std::int64_t now_ms);

}  // namespace skep::swarm
