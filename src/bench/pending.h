#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/histogram.h"
#include "bench/ticks.h"

/// The tables of pending requests, and what a program would take without them.
namespace skep::bench {

enum class PendingTable : std::uint8_t {
  kOwn,     ///< rpc/own_requests.h: our requests to clients, by ids that we choose.
  kClient,  ///< rpc/client_requests.h: clients' requests, by session and the client's own id; 100 to a session.
  kMutex,   ///< std::unordered_map and one std::mutex.
};
std::string_view NameOf(PendingTable table);

struct PendingCost {
  Histogram entering;         ///< ns of one call.
  Histogram ending;           ///< The same.
  double millions_per_s = 0;  ///< Of either, by all threads together, when nobody looks at a clock in between.
  std::uint64_t missed = 0;   ///< Requests that were not found: must be 0.
};

/// Fills a table with so many requests; then each thread ends its own, which lie anywhere in the table, and enters as
/// many again, for so many seconds.
PendingCost MeasurePending(PendingTable table, int threads, std::size_t pending, double seconds, const Ticks& ticks);

}  // namespace skep::bench
