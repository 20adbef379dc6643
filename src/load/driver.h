#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "client/answer.h"
#include "json/reader.h"
#include "load/load.h"
#include "load/pattern.h"
#include "load/pending.h"
#include "load/script.h"
#include "load/servers.h"
#include "load/tally.h"
#include "skep/error.h"

namespace skep::load {

/// A stretch of a run with one pattern.
struct Phase {
  Pattern pattern;
  std::int64_t duration_ns = 0;
  std::uint64_t most_requests = 0;  ///< 0: as many as the duration allows.
  std::int64_t grace_ns = 0;        ///< See Plan::grace_s.
  bool warming_up = false;          ///< As the watch is told.
};

/// Sends what is due and takes what comes, on all connections of a run. It sleeps in epoll until one of them can go on,
/// the next request is due, or a second is over. A connection whose server does not take all that was written gets
/// nothing more until it does: what is due then goes to others, or waits here, where it is counted. Not thread-safe.
class Driver {
 public:
  /// The servers and the script must outlive it. Fails with kUnavailable when the kernel refuses what it needs.
  static Expected<std::unique_ptr<Driver>> Make(const Plan& plan, Servers& servers, Script& script);

  /// Drives one phase to its end. Requests of an earlier one that are still in flight count no more.
  Outcome Drive(const Phase& phase, const Watch& watch);

 private:
  struct Connection {
    client::Stream* stream = nullptr;
    std::string unsent;  ///< Requests that go with the next write.
    int in_flight = 0;
    bool takes_requests = true;
    bool alive = true;  ///< There may be answers.
    bool waits_to_write = false;
  };

  Driver(const Plan& plan, Servers& servers, Script& script);
  Expected<void> Register();

  // The phase's course.
  void Begin(const Phase& phase);
  /// All requests that are due by now, and may be sent.
  void SendDue();
  /// As many on one connection as its depth allows.
  void Refill(std::uint32_t at);
  /// No more becomes due; answers are waited for.
  void EndSending(std::int64_t now_ns, std::int64_t grace_ns);
  bool Done(std::int64_t now_ns) const;
  Outcome Finish(std::int64_t now_ns, bool interrupted, std::int64_t own_cpu_ns);
  /// Sleeps until something can be done, and does what connections ask for.
  void Await(std::int64_t until_ns);
  std::int64_t NextMoment() const;
  std::int64_t IntervalEndNs() const;
  std::uint64_t DueBy(std::int64_t now_ns) const;

  // Connections.
  void Put(std::uint32_t at, std::int64_t due_ns, std::int64_t now_ns);
  void Flush(std::uint32_t at);
  void Receive(std::uint32_t at);
  void Take(std::uint32_t at, std::span<char> line, std::int64_t now_ns);
  /// To what the server asks, which is what the reader has read last.
  void Reply(std::uint32_t at);
  void Settle(std::uint32_t at, const client::Answer& answer, std::span<char> line, std::int64_t now_ns);
  void Lose(std::uint32_t at);
  /// The next one that takes requests, in turn; none: all are full.
  std::optional<std::uint32_t> NextFree();
  bool IsFree(const Connection& connection) const;
  void WaitToWrite(std::uint32_t at, bool wait);

  Servers& servers_;
  Script& script_;
  const std::size_t most_in_flight_;
  Fd epoll_;
  json::Reader reader_;
  std::vector<Connection> connections_;
  std::vector<std::uint32_t> touched_;  ///< Connections that have something to be written.
  std::uint32_t turn_ = 0;
  std::size_t alive_ = 0;
  Pending pending_;

  // Of the phase; moments on the steady clock.
  Phase phase_;
  std::optional<Tally> tally_;
  std::optional<Schedule> schedule_;  ///< Of an open pattern.
  std::int64_t began_ms_ = 0;         ///< The start, on the wall clock.
  std::int64_t start_ns_ = 0;
  std::int64_t sending_until_ns_ = 0;
  std::int64_t until_ns_ = 0;     ///< When answers are not waited for any more.
  bool sending_ = false;          ///< More requests become due.
  std::uint64_t total_ = 0;       ///< Requests that will be due.
  std::uint64_t next_ = 0;        ///< The first one that was not sent.
  std::int64_t next_due_ns_ = 0;  ///< When that is due, while there is one.
  bool held_up_ = false;          ///< It was due when last looked at, and waits for a connection, not for time.
  std::uint64_t in_flight_ = 0;   ///< Of this phase.
  std::int64_t last_answer_ns_ = 0;
  std::optional<std::uint32_t> lost_;  ///< The first connection that has ended.
};

}  // namespace skep::load
