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

/// One direction. The first thing that goes wrong in either is the outcome.
class Flow {
 public:
  Flow(BufferPool& pool, int in, int out, const char* cannot_read, Expected<void>& outcome)
      : in_(in), out_(pool, out), cannot_read_(cannot_read), outcome_(outcome) {}

  /// What to wait for: something to read, if there is room for it; room to write, if there is something for it.
  pollfd WaitIn() const { return {open_ && out_.unsent() < limits::kOutputHighWater ? in_ : -1, POLLIN, 0}; }
  pollfd WaitOut() const { return {out_.unsent() > 0 ? out_.fd() : -1, POLLOUT, 0}; }

  /// One read, and a write of it.
  void Read() {
    char* const space = out_.block().Room(limits::kReadBlock);
    const ssize_t n = read(in_, space, limits::kReadBlock);
    if (n > 0) {
      if (deaf_) return;
      out_.block().Wrote(static_cast<std::size_t>(n));
      return Write();
    }
    if (n == -1 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return;
    open_ = false;
    // A terminal whose other end has left says EIO.
    if (n == -1 && errno != EIO) Failed(cannot_read_, errno);
  }
  void Write() {
    const Output::Sent sent = out_.Send();
    if (sent == Output::Sent::kAll || sent == Output::Sent::kBlocked) return;
    deaf_ = true;
    out_.Discard();
    if (sent == Output::Sent::kFailed) Failed("cannot write the output", out_.error());
  }

  void EndInput() { open_ = false; }
  /// Nothing more will be written.
  bool over() const { return !open_ && out_.unsent() == 0; }
  /// Nobody takes what is written.
  bool deaf() const { return deaf_; }

 private:
  void Failed(const char* what, int error) {
    if (outcome_) outcome_ = Fail(ErrorCode::kUnavailable, fmt::format("{}: {}", what, std::strerror(error)));
  }

  const int in_;
  Output out_;
  const char* const cannot_read_;
  Expected<void>& outcome_;
  bool open_ = true;
  bool deaf_ = false;
};

}  // namespace

Expected<void> Pump(BufferPool& pool, int in, int out, Fd socket) {
  std::signal(SIGPIPE, SIG_IGN);
  Expected<void> outcome;
  Flow to_server(pool, in, *socket, "cannot read the input", outcome);
  // A server that closes without having read all resets the connection.
  Flow to_client(pool, *socket, out, "the server has broken off the connection", outcome);
  bool told = false;  // the server, that there is no more input
  while (!to_client.over()) {
    std::array<pollfd, 4> waits = {to_server.WaitIn(), to_server.WaitOut(), to_client.WaitIn(), to_client.WaitOut()};
    if (poll(waits.data(), waits.size(), -1) == -1) continue;  // EINTR
    if (waits[0].revents != 0) to_server.Read();
    if (waits[1].revents != 0) to_server.Write();
    if (waits[2].revents != 0) to_client.Read();
    if (waits[3].revents != 0) to_client.Write();

    // What the server says before it leaves is still read.
    if (to_client.deaf() || to_server.deaf()) to_server.EndInput();
    if (to_server.over() && !told && !to_server.deaf()) {
      told = true;
      shutdown(*socket, SHUT_WR);
    }
  }
  if (outcome && !told) outcome = Fail(ErrorCode::kUnavailable, "the server has closed the connection");
  return outcome;
}

}  // namespace skep::net
