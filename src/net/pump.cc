#include "net/pump.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/limits.h"
#include "net/output.h"

namespace skep::net {
namespace {

/// One direction.
class Flow {
 public:
  Flow(BufferPool& pool, int in, int out) : in_(in), out_(pool, out) {}

  /// What to wait for: something to read, if there is room for it; room to write, if there is something for it.
  pollfd WaitIn() const { return {open_ && out_.unsent() < limits::kOutputHighWater ? in_ : -1, POLLIN, 0}; }
  pollfd WaitOut() const { return {out_.unsent() > 0 ? out_.fd() : -1, POLLOUT, 0}; }

  /// One read. The errno of what went wrong; 0 also at the end of the stream.
  int Read() {
    char* const space = out_.block().Room(limits::kReadBlock);
    const ssize_t n = read(in_, space, limits::kReadBlock);
    if (n > 0) {
      if (deaf_) return 0;
      out_.block().Wrote(static_cast<std::size_t>(n));
      return Write();
    }
    if (n == -1 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
    open_ = false;
    // The other end of a stream has left (EIO: of a terminal).
    return n == 0 || errno == EIO || errno == ECONNRESET ? 0 : errno;
  }
  int Write() {
    const Output::Sent sent = out_.Send();
    if (sent == Output::Sent::kAll || sent == Output::Sent::kBlocked) return 0;
    deaf_ = true;
    out_.Discard();
    return sent == Output::Sent::kFailed ? out_.error() : 0;
  }

  void EndInput() { open_ = false; }
  bool open() const { return open_; }
  /// Nothing more will be written.
  bool over() const { return !open_ && out_.unsent() == 0; }
  /// Nobody takes what is written.
  bool deaf() const { return deaf_; }

 private:
  const int in_;
  Output out_;
  bool open_ = true;
  bool deaf_ = false;
};

}  // namespace

Expected<void> Pump(BufferPool& pool, int in, int out, Fd socket) {
  std::signal(SIGPIPE, SIG_IGN);
  Flow to_server(pool, in, *socket);
  Flow to_client(pool, *socket, out);
  Expected<void> outcome;
  const auto check = [&](int error, const char* what) {
    if (error != 0 && outcome) {
      outcome = Fail(ErrorCode::kUnavailable, fmt::format("{}: {}", what, std::strerror(error)));
    }
  };
  bool told = false;  // the server, that there is no more input
  while (!to_client.over()) {
    std::array<pollfd, 4> waits = {to_server.WaitIn(), to_server.WaitOut(), to_client.WaitIn(), to_client.WaitOut()};
    if (poll(waits.data(), waits.size(), -1) == -1) continue;  // EINTR
    if (waits[0].revents != 0) check(to_server.Read(), "cannot read the input");
    if (waits[1].revents != 0) to_server.Write();
    if (waits[2].revents != 0) check(to_client.Read(), "cannot write the output");
    if (waits[3].revents != 0) check(to_client.Write(), "cannot write the output");

    if (to_client.deaf()) to_server.EndInput();
    if (to_server.over() && !told && !to_server.deaf()) {
      told = true;
      shutdown(*socket, SHUT_WR);
    }
    // What the server said before it left is still read.
    if (to_server.deaf()) to_server.EndInput();
  }
  if (outcome && !told) outcome = Fail(ErrorCode::kUnavailable, "the server has closed the connection");
  return outcome;
}

}  // namespace skep::net
