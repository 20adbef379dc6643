#include "net/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "base/log.h"

namespace skep::net {
namespace {

/// Bodies of four requests as large as they may be, whoever sends them.
constexpr std::size_t kMostHeld = 4 * limits::kMaxTelemetryBody;

constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 34\r\n"
    "Connection: close\r\nRetry-After: 5\r\n\r\n{\"message\":\"too many connections\"}";
static_assert(kTooMany.size() - kTooMany.find("{") == 34);

}  // namespace

struct HttpServer::Client {
  Client(HttpServer& server, Fd fd)
      : connection(server.loop_, server.shared_, std::move(fd), [this, &server] {
          server.gone_.push_back(self);
          server.AskSoon();
        }) {}

  Clients::iterator self;
  HttpConnection connection;
};

HttpServer::HttpServer(Loop& loop, ListeningPort port, HttpHandler handler, std::size_t most, std::int64_t idle_ms)
    : Turn(loop),
      loop_(loop),
      port_(std::move(port)),
      shared_{.handler = std::move(handler),
              .port = port_.address().port,
              .idle_ms = idle_ms,
              .most_head = limits::kMaxTelemetryHead,
              .most_body = limits::kMaxTelemetryBody,
              .most_held = kMostHeld},
      most_(most),
      poll_(new uv_poll_t),
      pause_(new uv_timer_t) {
  uv_timer_init(loop.uv(), pause_.get());
  pause_->data = this;
  [[maybe_unused]] const int result = uv_poll_init(loop.uv(), poll_.get(), port_.fd());
  assert(result == 0);
  poll_->data = this;
  Listen();
}

HttpServer::~HttpServer() {
  // Before its descriptor.
  poll_.reset();
}

void HttpServer::Act() {
  for (const auto client : std::exchange(gone_, {})) clients_.erase(client);
}

void HttpServer::Listen() {
  uv_poll_start(poll_.get(), UV_READABLE,
                [](uv_poll_t* poll, int, int) { static_cast<HttpServer*>(poll->data)->Accept(); });
}

void HttpServer::Accept() {
  for (int i = 0; i < limits::kAcceptBurst; ++i) {
    Fd fd(accept4(port_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd && !MakeRoom()) {
      // A socket that is new takes it whole.
      send(*fd, kTooMany.data(), kTooMany.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      shutdown(*fd, SHUT_WR);
    } else if (fd) {
      clients_.emplace_front(*this, std::move(fd));
      clients_.front().self = clients_.begin();
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return Pause(errno);
    }
  }
}

bool HttpServer::MakeRoom() {
  if (connections() < most_) return true;
  for (auto client = clients_.rbegin(); client != clients_.rend(); ++client) {
    if (client->connection.CloseIfIdle()) return true;
  }
  const auto oldest = std::ranges::min_element(clients_, {}, [](const Client& client) {
    return client.connection.receiving_since().value_or(std::numeric_limits<std::uint64_t>::max());
  });
  if (oldest == clients_.end() || !oldest->connection.receiving_since()) return false;
  oldest->connection.Close();
  return true;
}

void HttpServer::Pause(int error) {
  Log(LogLevel::kWarn, "{}: cannot accept connections now: {}", port_.address().text(), std::strerror(error));
  // Whoever wants to connect would otherwise wake the loop again and again.
  uv_poll_stop(poll_.get());
  uv_timer_start(
      pause_.get(), [](uv_timer_t* timer) { static_cast<HttpServer*>(timer->data)->Listen(); }, limits::kAcceptPauseMs,
      0);
}

}  // namespace skep::net
