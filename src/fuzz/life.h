#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/scratch.h"
#include "client/session.h"
#include "fuzz/contract.h"
#include "fuzz/coverage.h"
#include "fuzz/judge.h"
#include "fuzz/model.h"
#include "fuzz/vitals.h"
#include "skep/error.h"

namespace skep::fuzz {

/// How servers are run.
struct Setup {
  std::vector<std::string> command;
  std::optional<int> core;
  int connections = 1;
  /// How long a server may neither say nor take anything while it owes answers, and how long it may take to end.
  std::int64_t patience_ms = 10'000;
  /// The same while it answers what came later.
  std::int64_t late_ms = 10'000;
  /// The same of errors without an id: a server answers what it cannot read at once, or never.
  std::int64_t grace_ms = 300;
};

/// Server processes of one home of their own, one for each connection, from their start to their end. Not thread-safe.
class Life {
 public:
  /// The contract and the coverage must outlive it. Fails when a server cannot be started.
  static Expected<std::unique_ptr<Life>> Start(const Setup& setup, const Contract& contract, Coverage& coverage);

  struct Found {
    int connection = 0;
    Finding finding;
  };
  struct Round {
    std::vector<Found> found;
    std::vector<std::vector<Capture>> captures;  ///< Of each connection.
    bool over = false;                           ///< A server has ended, or hangs: no further round.
  };
  /// Sends each connection its bytes, and a ping behind them, and waits for all that is owed.
  Round Play(std::span<const std::string> bytes);
  /// Ends the servers' input, and waits for their end.
  std::vector<Found> End();

  /// Of all connections. Lines of our own pings are among them.
  std::uint64_t sent() const;
  std::uint64_t received() const;
  /// The most that one of the servers had.
  std::int64_t most_memory() const;
  /// What is left of the patience with requests that were overtaken: for the next life.
  std::int64_t late_ms() const { return late_ms_; }
  std::int64_t grace_ms() const { return grace_ms_; }

 private:
  struct Peer {
    Peer(client::Session opened, const Contract& contract, Coverage& coverage, Claims& claims, int connection)
        : session(std::move(opened)), judge(contract, coverage, claims, connection) {}

    client::Session session;
    Judge judge;
    Vitals vitals;
    std::string errors;  ///< The file of its standard error.
    bool ended = false;  ///< Its output has.
    bool over = false;   ///< It has crashed or hangs: of its end nothing more is to be said.
  };

  Life(Setup setup, Scratch home) : setup_(std::move(setup)), home_(std::move(home)) {}
  void Await();
  bool Settled() const;
  bool Exchange(std::int64_t ms);
  bool Receive(Peer& peer);
  void CancelWaiting();
  void EndPeer(int connection, std::vector<Found>& found);

  Setup setup_;
  Scratch home_;
  Claims claims_;
  std::vector<std::unique_ptr<Peer>> peers_;
  int rounds_ = 0;
  std::int64_t grace_ms_ = 0;  ///< How long errors without an id are waited for,
  std::int64_t late_ms_ = 0;   ///< and requests that were overtaken.
  bool ending_ = false;
};

/// What a sanitizer has written to a server's standard error, from its name to the end of the line; nothing when there
/// is none.
std::optional<std::string> SanitizerReport(std::string_view errors);

}  // namespace skep::fuzz
