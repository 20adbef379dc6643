#include "client/stream.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/clock.h"

namespace skep::client {
namespace {

/// Sent bytes that are kept in front of the unsent ones before these are moved: as much as a pipe takes at once, and no
/// less than what is moved, so that a long line is not moved again and again.
constexpr std::size_t kMoveAt = 64 * limits::kKiB;

}  // namespace

Stream::Stream(int to, int from, BufferPool& pool, std::size_t max_line)
    : to_(to), from_(from), framer_(pool, max_line) {}

Stream::State Stream::Send() {
  while (sent_ < unsent_.size()) {
    const ssize_t n = write(to_, unsent_.data() + sent_, unsent_.size() - sent_);
    if (n > 0) {
      sent_ += static_cast<std::size_t>(n);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      ended_ = true;
      unsent_.clear();
      sent_ = 0;
      return State::kEnded;
    }
  }
  if (sent_ == unsent_.size()) {
    unsent_.clear();
    sent_ = 0;
  } else if (sent_ >= std::max(kMoveAt, unsent())) {
    unsent_.erase(0, sent_);
    sent_ = 0;
  }
  return State::kOpen;
}

void Stream::EndSending() {
  to_ = -1;
  unsent_.clear();
  sent_ = 0;
}

Stream::State Stream::Receive(std::size_t& received) {
  received = 0;
  const std::span<char> space = framer_.Space();
  ssize_t n = -1;
  do {
    n = read(from_, space.data(), space.size());
  } while (n < 0 && errno == EINTR);
  if (n > 0) {
    received = static_cast<std::size_t>(n);
    framer_.Filled(received);
    return State::kOpen;
  }
  if (n < 0 && errno == EAGAIN) return State::kOpen;
  framer_.FinishInput();
  return State::kEnded;
}

bool Stream::Await(std::int64_t ms) const {
  std::array<pollfd, 2> fds{{{from_, POLLIN, 0}, {to_, POLLOUT, 0}}};
  const nfds_t count = unsent() > 0 ? 2 : 1;
  return poll(fds.data(), count, static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000))) > 0;
}

std::span<char> Stream::NextBefore(std::int64_t until_ns) {
  std::span<char> line;
  while (true) {
    switch (framer_.Next(line)) {
      case rpc::Framer::Got::kFrame:
        return line;
      case rpc::Framer::Got::kOversize:
        return {};
      case rpc::Framer::Got::kNeedMore:
        break;
    }
    if (ended_) return {};
    // A server that takes no more input may still have answers for us.
    if (Send() == State::kEnded) ended_ = false;
    const std::int64_t left_ns = until_ns - SystemClock().SteadyNs();
    if (left_ns <= 0) return {};
    if (!Await(left_ns / 1'000'000 + 1)) continue;
    std::size_t received = 0;
    ended_ = Receive(received) == State::kEnded;
  }
}

}  // namespace skep::client
