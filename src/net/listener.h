#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <vector>

#include "base/buffer_pool.h"
#include "base/limits.h"
#include "net/loop.h"
#include "net/unix_socket.h"
#include "skep/transport.h"

namespace skep::net {

/// Serves whoever connects to a socket, each with a session of its own, on one loop.
///
/// At most `most` connections at once, or as many as the process may have descriptors for: whoever comes then gets one
/// line that says so. Another user's process gets nothing. A client that breaks off, or does not take its answers, is
/// its own loss and nobody else's.
class Listener final : private Turn {
 public:
  /// `closed` is called once, after Shutdown(), when the last connection has ended, and must not destroy the listener.
  Listener(Loop& loop, BufferPool& pool, SessionFactory& factory, ListeningSocket socket, std::function<void()> closed,
           std::size_t most = limits::kMaxConnections, std::int64_t shutdown_ms = limits::kShutdownMs);
  ~Listener() override;

  /// Accepts nobody any more and removes the socket; each connection finishes what it has accepted.
  void Shutdown();

  std::size_t connections() const { return clients_.size(); }
  /// Clients that were turned away because there were too many.
  std::uint64_t turned_away() const { return turned_away_; }

 private:
  struct Client;
  using Clients = std::list<Client>;

  void Act() override;
  void Listen();
  void Accept();
  void Admit(Fd fd);
  void TurnAway(const Fd& fd);
  void Pause(int error);

  Loop& loop_;
  BufferPool& pool_;
  SessionFactory& factory_;
  ListeningSocket socket_;
  const std::function<void()> closed_;
  const std::size_t most_;
  const std::int64_t shutdown_ms_;
  Handle<uv_poll_t> poll_;
  Handle<uv_timer_t> pause_;
  Clients clients_;
  std::vector<Clients::iterator> gone_;  ///< Closed, to be destroyed in the next turn.
  bool shut_down_ = false;
  std::uint64_t turned_away_ = 0;
  std::uint64_t next_log_ms_ = 0;  ///< Before this, by the loop's clock, nothing more is said of clients turned away.
};

/// Serves a socket until SIGINT or SIGTERM. Then what was accepted is finished and sent. A second signal ends the
/// process by itself. What other threads still post to the loop for the sessions is not run.
void ServeSocket(Loop& loop, BufferPool& pool, SessionFactory& factory, ListeningSocket socket);

}  // namespace skep::net
