#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/process.h"
#include "client/session.h"
#include "load/load.h"
#include "load/tally.h"
#include "skep/error.h"

namespace skep::load {

/// The connections of a run, and the processes behind them. Not thread-safe.
class Servers {
 public:
  /// Opens and greets one connection after the other. `home` is the servers' directory; what they say on their standard
  /// error goes to a file in it.
  static Expected<Servers> Open(const Target& target, const Plan& plan, const std::string& home);
  Servers(Servers&&) = default;
  Servers& operator=(Servers&&) = default;
  /// Ends them: those that we have started, and gently.
  ~Servers();

  std::vector<client::Session>& sessions() { return sessions_; }
  /// Of processes that have ended, what was last known of their CPU.
  ServerFigures Measure();
  /// Looks for processes that the servers have started, as a wrapper like npx does: from now on they are measured too.
  /// Takes some system calls for each thread of each process.
  void FindChildren();
  /// Why a connection has ended, for people.
  std::string WhyEnded(std::size_t connection);

 private:
  Servers() = default;
  /// Waits until the server that listens can be connected to.
  Expected<client::Session> Await(const std::string& socket, const client::Session::Options& options);

  std::string errors_;
  std::unique_ptr<client::Process> listener_;  ///< That we started.
  std::vector<client::Session> sessions_;
  /// A process that is measured, and its CPU as last known.
  struct Measured {
    pid_t pid = -1;
    std::optional<double> cpu_ns;
  };
  std::vector<Measured> processes_;
};

}  // namespace skep::load
