#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "fake_session.h"
#include "net/connection.h"

/// What the tests of connections share: descriptors that close themselves, and a connection run step by step.
namespace skep::net {

struct Ends {
  Fd read;
  Fd write;
};

inline Ends Pipe(int flags = 0) {
  int fds[2];
  EXPECT_EQ(pipe2(fds, O_CLOEXEC | flags), 0);
  return {Fd(fds[0]), Fd(fds[1])};
}

inline Ends SocketPair(int type) {
  int fds[2];
  EXPECT_EQ(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds), 0);
  return {Fd(fds[0]), Fd(fds[1])};
}

inline int Flags(int fd) { return fcntl(fd, F_GETFL); }

inline bool IsReadable(int fd) {
  pollfd what{fd, POLLIN, 0};
  return poll(&what, 1, 0) == 1 && (what.revents & POLLIN) != 0;
}

/// One read, of what is there; "" at the end.
inline std::string ReadOnce(int fd) {
  std::string data(1 << 20, '\0');
  const ssize_t n = read(fd, data.data(), data.size());
  data.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return data;
}

inline std::string Times(std::size_t n, std::string_view text) {
  std::string times;
  for (; n > 0; --n) times += text;
  return times;
}

inline std::size_t Count(std::string_view text, char c) {
  return static_cast<std::size_t>(std::ranges::count(text, c));
}

/// A connection whose loop the test itself runs, step by step, so that nothing happens unless the test lets it.
class Served {
 public:
  Served(int in, int out, std::int64_t shutdown_ms = limits::kShutdownMs) {
    connection_.emplace(
        loop, pool, factory_, in, out,
        [this](const Expected<void>& outcome) {
          EXPECT_FALSE(outcome_) << "closed twice";
          outcome_ = outcome;
        },
        shutdown_ms);
  }

  /// Handles what is at hand, without waiting.
  void Step() {
    for (int i = 0; i < 4; ++i) uv_run(loop.uv(), UV_RUN_NOWAIT);
  }
  /// Waits for the next event and handles it.
  void Wait() { uv_run(loop.uv(), UV_RUN_ONCE); }

  /// Reads from `fd` whatever comes until the connection is closed.
  std::string ReadToClose(int fd) {
    std::string all;
    while (!closed()) {
      Step();
      while (IsReadable(fd)) all += ReadOnce(fd);
    }
    return all;
  }

  FakeSession& session() { return *factory_.session; }
  Connection& connection() { return *connection_; }
  bool closed() const { return outcome_.has_value(); }
  bool failed() const { return !outcome_->has_value(); }
  const std::string& error() const { return outcome_->error().message; }

  Loop loop;
  BufferPool pool;

 private:
  FakeFactory factory_;
  std::optional<Expected<void>> outcome_;
  std::optional<Connection> connection_;
};

/// A client with pipes, as most are.
struct Piped {
  explicit Piped(std::int64_t shutdown_ms = limits::kShutdownMs)
      : in(Pipe()), out(Pipe()), served(*in.read, *out.write, shutdown_ms) {}

  void Send(std::string_view text) {
    EXPECT_EQ(write(*in.write, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  /// Writes as much of `text` as the connection takes while nobody reads its output.
  std::size_t Stuff(std::string_view text) {
    fcntl(*in.write, F_SETFL, O_NONBLOCK);
    std::size_t written = 0;
    for (int idle = 0; idle < 3;) {
      const ssize_t n = write(*in.write, text.data() + written, text.size() - written);
      idle = n > 0 ? 0 : idle + 1;
      written += n > 0 ? static_cast<std::size_t>(n) : 0;
      served.Step();
    }
    return written;
  }

  Ends in;
  Ends out;
  Served served;
};

/// A regular file that is gone with its scope.
struct TemporaryFile {
  TemporaryFile() : fd(mkstemp(path)) { unlink(path); }
  char path[32] = "/tmp/skep-connection-XXXXXX";
  Fd fd;
};

}  // namespace skep::net
