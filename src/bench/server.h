#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/scratch.h"
#include "bench/run.h"
#include "client/session.h"
#include "skep/error.h"

namespace skep::bench {

/// How a server is started.
struct Serving {
  bool durable = true;      ///< False: with --durability relaxed.
  bool listening = false;   ///< On a socket, for many clients; else on its standard input and output.
  std::optional<int> core;  ///< The one processor that it runs on.
};

/// A skep server of our own, with a home and a project of its own that go with it.
class Server {
 public:
  static Expected<Server> Start(const Options& options, const Serving& serving = {});

  /// The session on its standard input and output. REQUIRES: it is not listening.
  client::Session& session() { return *session_; }
  /// A further session, with the server's socket. REQUIRES: it is listening.
  Expected<client::Session> Connect() const;
  const std::string& socket() const { return socket_; }
  client::Process& process() { return session_ ? *session_->process() : *process_; }

  /// Ends it as a client does, and starts it again on the same data: what it kept in memory is gone. REQUIRES: it is
  /// not listening.
  Expected<void> Restart();
  /// The same, but it is killed (SIGKILL) in whatever it is doing.
  Expected<void> KillAndRestart();
  /// The file of its database.
  std::string database() const;

 private:
  explicit Server(Scratch home) : home_(std::move(home)) {}
  Expected<void> Launch();
  Expected<void> AwaitSocket();

  client::Launch launch_;
  Scratch home_;
  std::optional<Scratch> run_;  ///< Where the socket is: a path that is short enough.
  std::string socket_;
  // Behind the directories: a server goes before the files that it has open.
  std::optional<client::Process> process_;
  std::optional<client::Session> session_;
};

}  // namespace skep::bench
