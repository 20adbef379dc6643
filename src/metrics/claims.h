#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "swarm/swarm.h"

namespace skep::metrics {

/// How a claim of a task came to its end.
enum class ClaimEnd : int { kSucceeded, kFailed, kReleased, kAbandoned, kTimedOut, kCancelled, kOpen };
constexpr std::array<std::string_view, 7> Names(ClaimEnd) {
  return {"succeeded", "failed", "released", "abandoned", "timed out", "cancelled", "still working"};
}

/// One agent's work on one task, from its claim on.
struct Claim {
  std::int64_t agent = 0;
  std::string agent_name;
  std::int64_t task = 0;
  std::string title;
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;  ///< Of an open one: now.
  ClaimEnd end = ClaimEnd::kOpen;
};

struct Claims {
  std::vector<Claim> claims;  ///< By their beginnings.
  /// There are older ones in the period, beyond the bounds.
  bool more = false;
};

/// The newest `limit` claims that began in [from_ms, now_ms), of one swarm or of all, from the history of tasks, of
/// which a bounded part is read.
Claims ReadClaims(store::Database& database, const std::optional<swarm::Swarm>& swarm, std::int64_t from_ms,
                  std::int64_t now_ms, std::size_t limit);

}  // namespace skep::metrics
