#include "swarm/breaker.h"

#include <algorithm>

#include "base/limits.h"

namespace skep::swarm {

BreakerState Breaker::state(std::int64_t now_ms) const {
  if (until_ms == 0) return BreakerState::kClosed;
  return now_ms < until_ms ? BreakerState::kOpen : BreakerState::kHalfOpen;
}

Breaker AfterSuccess(Breaker breaker) {
  breaker.failures = 0;
  breaker.until_ms = 0;
  return breaker;
}

Breaker AfterFailure(Breaker breaker, std::int64_t now_ms) {
  ++breaker.failures;
  // A trial that fails opens it again at once, and for longer.
  const bool trial = breaker.until_ms != 0;
  if (!trial && breaker.failures < limits::kBreakerFailures) return breaker;
  const std::int64_t times = trial ? std::min<std::int64_t>(breaker.failures - limits::kBreakerFailures, 20) : 0;
  breaker.until_ms = now_ms + std::min(limits::kBreakerMs << times, limits::kMaxBreakerMs);
  ++breaker.opened;
  return breaker;
}

}  // namespace skep::swarm
