#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace skep::swarm {

/// How some durations lie, exactly.
struct Spread {
  std::int64_t count = 0;
  /// The value of rank ⌈share × count⌉.
  std::int64_t p50 = 0;
  std::int64_t p95 = 0;
  std::int64_t most = 0;
  std::int64_t total = 0;
};
/// Nothing when there are no values.
std::optional<Spread> SpreadOf(std::vector<std::int64_t> values);

}  // namespace skep::swarm
