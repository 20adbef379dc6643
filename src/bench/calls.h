#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bench/run.h"
#include "bench/server.h"

/// Calls of tools, over and over: what most suites are made of.
namespace skep::bench {

/// What is called.
struct Calls {
  /// Call number n, as a line. Never the same twice where something is written: SQLite skips what does not change.
  std::function<std::string(std::int64_t id, std::uint64_t n)> line;
  int window = kPipelined;  ///< Calls in flight.

  /// Enough that reads and commits are shared, and that the time of a round trip does not count.
  static constexpr int kPipelined = 64;
};
/// Of one tool, always with the same arguments, JSON.
Calls Tool(std::string tool, std::string arguments);
/// Of one tool; in the arguments stands {} for the call's number, and other braces are doubled.
Calls Numbered(std::string tool, std::string_view arguments);

/// Calls by second, to a server of which only this is asked meanwhile. Numbers go on from one repetition to the next.
Probe RateOf(std::shared_ptr<Server> server, Calls calls);
/// The median time of one call at a time, in µs, its way through the pipes included.
Probe MedianOf(std::shared_ptr<Server> server, Calls calls);
/// As RateOf, for pings with as many in flight: what any call costs.
Probe PingRateOf(std::shared_ptr<Server> server, int window = Calls::kPipelined);
inline constexpr std::string_view kPingFloor = "ping, as many in flight";
/// Pages that one thread writes and waits for by second, in that directory: what durable writes wait for. Commits are
/// shared, so that more than one call may go into each.
Probe SyncRateOf(std::string directory);
inline constexpr std::string_view kSyncFloor = "pages written and synced";

/// A server that can be shared by what is measured one after the other.
Expected<std::shared_ptr<Server>> StartShared(const Options& options, const Serving& serving = {});
/// Makes `count` calls, for what they leave behind.
Expected<void> Fill(Server& server, const Calls& calls, std::uint64_t count);

}  // namespace skep::bench
