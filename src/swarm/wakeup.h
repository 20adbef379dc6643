#pragma once

#include <cstdint>
#include <vector>

#include "skep/context.h"
#include "skep/moment.h"
#include "store/database.h"

/// Whether what calls wait for may be there: cheap looks at the database, each of which answers for many calls.
namespace skep::swarm {

/// What a call that found nothing has seen, so that only what is new wakes it.
struct WaitMark {
  std::int64_t newest = 0;     ///< The newest message or lease there was.
  std::int64_t leases = 0;     ///< How many leases held.
  std::int64_t exclusive = 0;  ///< How many of them were exclusive.
};
/// In the transaction in which the call found nothing.
WaitMark MarkOf(store::Database& database, const Wait& wait, const Moment& now);

/// What of a swarm's tasks can be claimed by somebody: those that are ready, and those whose wait or claim is over.
struct ReadyTasks {
  std::int64_t count = 0;  ///< Up to a bound.
  std::int64_t sum = 0;    ///< Of their rows: tells two sets of one size apart.
  friend bool operator==(const ReadyTasks&, const ReadyTasks&) = default;
};
ReadyTasks FindReadyTasks(store::Database& database, std::int64_t swarm, std::int64_t at_most, const Moment& now);

/// Whether a task has ended, or is not there.
bool HasEnded(store::Database& database, std::int64_t task);

struct NewMessage {
  std::int64_t recipient = 0;
  std::int64_t newest = 0;
};
/// Who has got messages after the one of row `after`, and which was the last.
std::vector<NewMessage> FindNewMessages(store::Database& database, std::int64_t after);

/// Rows of the leases that hold, sorted.
struct LiveLeases {
  std::vector<std::int64_t> all;
  std::vector<std::int64_t> exclusive;
};
LiveLeases FindLiveLeases(store::Database& database, const Moment& now);
/// Whether a lease that held at the mark no longer does, or is shared now.
bool LostLease(const LiveLeases& live, const WaitMark& mark);

}  // namespace skep::swarm
