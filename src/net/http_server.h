#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include "base/limits.h"
#include "net/http_connection.h"
#include "net/loop.h"
#include "net/loopback.h"

namespace skep::net {

/// Serves HTTP/1.1 on a port of the loopback: POSTs of bounded size, each given to a handler. On the loop's thread.
///
/// At most `most` connections at once: for whoever comes then the one that has been there for longest without a request
/// under way is closed; if all have one, that whose request has been arriving for longest, for on a loopback they
/// arrive at once; and if all are being answered, the newcomer is told 503 and closed. When it goes, its connections
/// are closed as they are: what was not answered its sender has to send again.
class HttpServer final : private Turn {
 public:
  /// `handler` is called for one request after the other of each connection.
  HttpServer(Loop& loop, ListeningPort port, HttpHandler handler, std::size_t most = limits::kMaxTelemetryConnections,
             std::int64_t idle_ms = limits::kTelemetryIdleMs);
  ~HttpServer() override;

  const LoopbackAddress& address() const { return port_.address(); }
  std::size_t connections() const { return clients_.size() - gone_.size(); }

 private:
  struct Client;
  using Clients = std::list<Client>;

  void Act() override;
  void Listen();
  void Accept();
  bool MakeRoom();
  void Pause(int error);

  Loop& loop_;
  ListeningPort port_;
  HttpShared shared_;
  const std::size_t most_;
  Handle<uv_poll_t> poll_;
  Handle<uv_timer_t> pause_;
  Clients clients_;
  std::vector<Clients::iterator> gone_;  ///< Closed, to be destroyed in the next turn.
};

}  // namespace skep::net
