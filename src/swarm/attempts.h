#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "swarm/swarm.h"

namespace skep::swarm {

/// How a claim came to its end. kOpen: it has not.
enum class AttemptEnd : int { kOpen, kSucceeded, kFailed, kTimedOut, kReleased, kAbandoned, kCancelled };

/// One agent's work on one task, from its claim on.
struct Attempt {
  std::int64_t agent = 0;
  std::int64_t task = 0;
  std::int64_t begin_ms = 0;
  std::int64_t end_ms = 0;  ///< Of one that is open, or was cancelled: as begin_ms.
  AttemptEnd end = AttemptEnd::kOpen;
  bool again = false;  ///< Somebody has to claim the task once more, or had to.

  std::int64_t length_ms() const { return end_ms - begin_ms; }
  /// It was tried, well or not: not given back, nor lost with its agent.
  bool tried() const {
    return end == AttemptEnd::kSucceeded || end == AttemptEnd::kFailed || end == AttemptEnd::kTimedOut;
  }
};

struct Attempts {
  std::vector<Attempt> attempts;  ///< By their beginnings.
  std::int64_t since_ms = 0;      ///< What is older was not looked at; 0: nothing is.
};
/// An agent's, or with 0 all agents', from the newest kAttemptEvents lines of the project's history.
Attempts ReadAttempts(store::Database& database, std::int64_t agent);

/// Lines of history looked at: some 20 ms. A claim has two, and its reports.
inline constexpr std::int64_t kAttemptEvents = 40'000;

}  // namespace skep::swarm
