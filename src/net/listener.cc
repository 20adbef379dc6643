#include "net/listener.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/log.h"
#include "net/connection.h"
#include "rpc/reply.h"

namespace skep::net {
namespace {

/// What a connection takes (its input and its output), and what the rest of the process may need.
constexpr std::size_t kDescriptorsEach = 2;
constexpr std::size_t kOtherDescriptors = 64;

/// Asks for descriptors for `most` connections, and returns for how many there are.
std::size_t MakeRoom(std::size_t most) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return most;
  const rlim_t wanted = most * kDescriptorsEach + kOtherDescriptors;
  if (limit.rlim_cur < wanted) {
    rlimit more = limit;
    more.rlim_cur = std::min(wanted, limit.rlim_max);
    if (setrlimit(RLIMIT_NOFILE, &more) == 0) limit = more;
  }
  if (limit.rlim_cur >= wanted) return most;
  const std::size_t room = std::max<std::size_t>(
      1, (std::max<rlim_t>(limit.rlim_cur, kOtherDescriptors) - kOtherDescriptors) / kDescriptorsEach);
  Log(LogLevel::kWarn, "with {} open files (ulimit -n) there is room for {} connections, not {}", limit.rlim_cur, room,
      most);
  return room;
}

/// A line of its own.
class Line final : public rpc::ReplyTarget {
 public:
  Block& Open() override { return block_; }
  void Close(std::size_t) override { block_.Append("\n"); }
  std::size_t Budget() const override { return limits::kMaxLine; }
  std::string_view text() const { return block_.view(); }

 private:
  Block block_;
};

}  // namespace

struct Listener::Client {
  Client(Listener& listener, Fd connected, ClientIdentity identity)
      : fd(std::move(connected)),
        connection(
            listener.loop_, listener.pool_, listener.factory_, *fd, *fd,
            [this, &listener](const Expected<void>& outcome) {
              if (!outcome) Log(LogLevel::kWarn, "a client's connection: {}", outcome.error().message);
              listener.gone_.push_back(self);
              listener.AskSoon();
            },
            listener.shutdown_ms_, std::move(identity)) {}

  const Fd fd;
  Clients::iterator self;
  Connection connection;
};

Listener::Listener(Loop& loop, BufferPool& pool, SessionFactory& factory, ListeningSocket socket,
                   std::function<void()> closed, std::size_t most, std::int64_t shutdown_ms)
    : Turn(loop),
      loop_(loop),
      pool_(pool),
      factory_(factory),
      socket_(std::move(socket)),
      closed_(std::move(closed)),
      most_(MakeRoom(most)),
      shutdown_ms_(shutdown_ms),
      poll_(new uv_poll_t),
      pause_(new uv_timer_t) {
  uv_timer_init(loop.uv(), pause_.get());
  pause_->data = this;
  [[maybe_unused]] const int result = uv_poll_init(loop.uv(), poll_.get(), socket_.fd());
  assert(result == 0);
  poll_->data = this;
  Listen();
}

Listener::~Listener() {
  // Before its descriptor.
  poll_.reset();
}

void Listener::Shutdown() {
  if (std::exchange(shut_down_, true)) return;
  uv_timer_stop(pause_.get());
  poll_.reset();
  socket_.Close();
  for (Client& client : clients_) client.connection.Shutdown();
  AskSoon();
}

void Listener::Act() {
  for (const auto client : std::exchange(gone_, {})) clients_.erase(client);
  if (shut_down_ && clients_.empty()) closed_();
}

void Listener::Listen() {
  uv_poll_start(poll_.get(), UV_READABLE,
                [](uv_poll_t* poll, int, int) { static_cast<Listener*>(poll->data)->Accept(); });
}

void Listener::Accept() {
  for (int i = 0; i < limits::kAcceptBurst; ++i) {
    Fd fd(accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) {
      Admit(std::move(fd));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return Pause(errno);
    }
  }
}

void Listener::Admit(Fd fd) {
  const auto peer = PeerOf(*fd);
  if (!peer || !peer->IsTrusted()) {
    Log(LogLevel::kWarn, "{}: process {} of user {} was turned away: only this user's and root's are served",
        socket_.path(), peer ? peer->process : 0, peer ? fmt::to_string(peer->user) : "unknown");
    return;
  }
  if (clients_.size() - gone_.size() >= most_) return TurnAway(fd);
  clients_.emplace_front(*this, std::move(fd), peer->Identity());
  clients_.front().self = clients_.begin();
}

void Listener::TurnAway(const Fd& fd) {
  Line line;
  rpc::WriteErrorWithoutId(
      line, rpc::ErrorCode::kInternal,
      fmt::format("too many connections: {} are served here already. Close some, or run skep serve for yourself",
                  most_));
  // A socket that is new takes it whole.
  send(*fd, line.text().data(), line.text().size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ++turned_away_;
  const std::uint64_t now_ms = uv_now(loop_.uv());
  if (now_ms < next_log_ms_) return;
  next_log_ms_ = now_ms + limits::kRefusalLogMs;
  Log(LogLevel::kWarn, "{}: too many connections: {} clients were turned away until now", socket_.path(), turned_away_);
}

void Listener::Pause(int error) {
  Log(LogLevel::kWarn, "{}: cannot accept connections now: {}", socket_.path(), std::strerror(error));
  // Whoever wants to connect would otherwise wake the loop again and again.
  uv_poll_stop(poll_.get());
  uv_timer_start(
      pause_.get(), [](uv_timer_t* timer) { static_cast<Listener*>(timer->data)->Listen(); }, limits::kAcceptPauseMs,
      0);
}

void ServeSocket(Loop& loop, BufferPool& pool, SessionFactory& factory, ListeningSocket socket) {
  Listener listener(loop, pool, factory, std::move(socket), [&] { loop.Stop(); });
  loop.OnShutdown([&] { listener.Shutdown(); });
  loop.Run();
  loop.OnShutdown(nullptr);
}

}  // namespace skep::net
