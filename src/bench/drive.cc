#include "bench/drive.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "base/clock.h"
#include "client/answer.h"

namespace skep::bench {
namespace {

/// Bytes of an answer that are shown when it is an error.
constexpr std::size_t kShown = 300;
/// How long a server may take for one answer.
constexpr std::int64_t kPatienceMs = 30'000;
/// A read asks for this much: more than a pipe gives at once.
constexpr std::size_t kRead = std::size_t{256} << 10;
/// Lines in flight when as many as possible are to go through: some pipes full.
constexpr std::uint64_t kPipelined = 4096;

std::int64_t Now() { return SystemClock().SteadyNs(); }

std::unexpected<Error> NoAnswer() {
  return Fail(ErrorCode::kUnavailable, fmt::format("no answer within {} ms", kPatienceMs));
}

/// The ends of a process's pipes, made to block for as long as this lives.
class Blocking {
 public:
  explicit Blocking(const client::Process& process) : fds_{process.to(), process.from()} {
    for (const int fd : fds_) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  }
  ~Blocking() {
    for (const int fd : fds_) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  Blocking(const Blocking&) = delete;
  Blocking& operator=(const Blocking&) = delete;

 private:
  std::array<int, 2> fds_;
};

/// Calls in flight. Each has a place, and its id is place + round × window: an answer's id says whose it is, in
/// whatever order answers come.
class Window {
 public:
  explicit Window(int size) : sent_ns_(static_cast<std::size_t>(size)), ids_(sent_ns_.size()) {
    for (std::size_t i = 0; i < ids_.size(); ++i) ids_[i] = static_cast<std::int64_t>(i);
  }
  std::size_t size() const { return ids_.size(); }
  std::int64_t id(std::size_t place) const { return ids_[place]; }
  void Sent(std::size_t place, std::int64_t now_ns) { sent_ns_[place] = now_ns; }
  /// The place of an answer, and how long it took; the place has a new id then.
  std::size_t Answered(std::int64_t id, std::int64_t now_ns, Histogram& latency) {
    const std::size_t place = static_cast<std::size_t>(id) % ids_.size();
    latency.Record(static_cast<std::uint64_t>(now_ns - sent_ns_[place]));
    ids_[place] += static_cast<std::int64_t>(ids_.size());
    return place;
  }

 private:
  std::vector<std::int64_t> sent_ns_;
  std::vector<std::int64_t> ids_;
};

}  // namespace

Expected<Driven> Drive(client::Session& session, const Driving& driving,
                       FunctionRef<void(std::int64_t id, std::uint64_t n, std::string& to)> make) {
  client::Stream& stream = session.stream();
  Window window(driving.window);
  Driven driven;
  std::string line;
  std::string wrong;  // The first answer that is none we want.
  std::uint64_t sent = 0;
  const std::int64_t began_ns = Now();
  const std::int64_t until_ns = began_ns + static_cast<std::int64_t>(driving.seconds * 1e9);
  const auto send = [&](std::size_t place, std::int64_t now_ns) {
    if (!wrong.empty() || now_ns >= until_ns || (driving.most != 0 && sent >= driving.most)) return;
    line.clear();
    make(window.id(place), sent++, line);
    stream.Queue(line);
    window.Sent(place, now_ns);
  };
  for (std::size_t place = 0; place < window.size(); ++place) send(place, began_ns);
  while (driven.answered < sent) {
    // What has come is all taken before more is sent: one write(2) for what one read(2) has brought.
    if (stream.Send() == client::Stream::State::kEnded || !stream.Await(kPatienceMs)) return NoAnswer();
    std::size_t received = 0;
    if (stream.Receive(received) == client::Stream::State::kEnded) {
      return Fail(ErrorCode::kUnavailable, "the server has ended");
    }
    const std::int64_t now_ns = Now();
    for (std::span<char> answer; stream.Next(answer) == rpc::Framer::Got::kFrame;) {
      const client::Answer what = client::Look(answer, session.reader());
      using Kind = client::Answer::Kind;
      if (what.kind == Kind::kNotification || what.kind == Kind::kRequest) continue;
      ++driven.answered;
      if (what.kind != Kind::kResult || what.id < 0) {
        // What is still in flight is waited for: the next one to use the session must not hear it.
        if (wrong.empty()) wrong = std::string(answer.data(), std::min(answer.size(), kShown));
        continue;
      }
      send(window.Answered(what.id, now_ns, driven.latency), now_ns);
    }
  }
  if (!wrong.empty()) return Fail(ErrorCode::kInternal, fmt::format("the server answers {}", wrong));
  driven.seconds = static_cast<double>(Now() - began_ns) / 1e9;
  return driven;
}

Expected<Driven> RoundTrips(const client::Process& process, std::string_view line, double seconds) {
  const Blocking blocking(process);
  Driven driven;
  std::array<char, 4096> answer;
  const std::int64_t began_ns = Now();
  const std::int64_t until_ns = began_ns + static_cast<std::int64_t>(seconds * 1e9);
  std::int64_t now_ns = began_ns;
  while (now_ns < until_ns) {
    if (write(process.to(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) return NoAnswer();
    ssize_t n = 0;
    do {
      pollfd readable{.fd = process.from(), .events = POLLIN};
      // Only the first one is waited for with a limit: a look at the clock of another kind costs as much as a read.
      if (driven.answered == 0 && poll(&readable, 1, kPatienceMs) != 1) return NoAnswer();
      n = read(process.from(), answer.data(), answer.size());
      if (n <= 0) return Fail(ErrorCode::kUnavailable, "the server has ended");
    } while (answer[static_cast<std::size_t>(n) - 1] != '\n');
    const std::int64_t ended_ns = Now();
    driven.latency.Record(static_cast<std::uint64_t>(ended_ns - now_ns));
    ++driven.answered;
    now_ns = ended_ns;
  }
  driven.seconds = static_cast<double>(now_ns - began_ns) / 1e9;
  return driven;
}

Expected<Driven> Pipelined(const client::Process& process, std::string_view line, double seconds) {
  std::string lines;
  for (std::uint64_t i = 0; i < kPipelined; ++i) lines += line;
  std::vector<char> answers(std::size_t{256} << 10);
  Driven driven;
  const std::int64_t began_ns = Now();
  const std::int64_t until_ns = began_ns + static_cast<std::int64_t>(seconds * 1e9);
  std::uint64_t sent = 0;  // In batches, each counted once it has gone as a whole.
  std::size_t at = 0;      // Of `lines`, from where the next write goes on.
  while (true) {
    // Never stops within a line.
    const bool sending = at != 0 || Now() < until_ns;
    if (!sending && driven.answered >= sent) break;
    const bool may_send = sending && sent < driven.answered + 4 * kPipelined;
    std::array<pollfd, 2> fds{{{process.from(), POLLIN, 0}, {process.to(), POLLOUT, 0}}};
    if (poll(fds.data(), may_send ? 2 : 1, kPatienceMs) <= 0) return NoAnswer();
    if (may_send && (fds[1].revents & POLLOUT) != 0) {
      const ssize_t n = write(process.to(), lines.data() + at, lines.size() - at);
      if (n < 0 && errno != EAGAIN) return Fail(ErrorCode::kUnavailable, "the server has ended");
      at += static_cast<std::size_t>(std::max<ssize_t>(n, 0));
      if (at == lines.size()) {
        at = 0;
        sent += kPipelined;
      }
    }
    if ((fds[0].revents & (POLLIN | POLLHUP)) != 0) {
      const ssize_t n = read(process.from(), answers.data(), answers.size());
      if (n == 0 || (n < 0 && errno != EAGAIN)) return Fail(ErrorCode::kUnavailable, "the server has ended");
      driven.answered +=
          static_cast<std::uint64_t>(std::count(answers.data(), answers.data() + std::max<ssize_t>(n, 0), '\n'));
    }
  }
  driven.seconds = static_cast<double>(Now() - began_ns) / 1e9;
  return driven;
}

Expected<std::span<char>> Exchange(const client::Process& process, std::string_view line, Block& answer) {
  answer.Clear();
  while (true) {
    std::array<pollfd, 2> fds{{{process.from(), POLLIN, 0}, {process.to(), POLLOUT, 0}}};
    if (poll(fds.data(), line.empty() ? 1 : 2, kPatienceMs) <= 0) return NoAnswer();
    if (!line.empty() && (fds[1].revents & (POLLOUT | POLLERR)) != 0) {
      const ssize_t n = write(process.to(), line.data(), line.size());
      if (n < 0 && errno != EAGAIN) return Fail(ErrorCode::kUnavailable, "the server has ended");
      line.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    }
    if ((fds[0].revents & (POLLIN | POLLHUP)) == 0) continue;
    const ssize_t n = read(process.from(), answer.Room(kRead), kRead);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return Fail(ErrorCode::kUnavailable, "the server has ended");
    if (n < 0) continue;
    answer.Wrote(static_cast<std::size_t>(n));
    if (answer.data()[answer.size() - 1] == '\n') return std::span(answer.data(), answer.size() - 1);
  }
}

}  // namespace skep::bench
