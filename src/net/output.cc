#include "net/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace skep::net {
namespace {

/// Whether it is the master's side of a terminal. Opening that again would make a new terminal.
bool IsTerminalMaster(int fd) {
  int number = 0;
  return ioctl(fd, TIOCGPTN, &number) == 0;
}

/// A description of our own of what `fd` refers to, with the same flags and O_NONBLOCK; or -1.
int OpenAgain(int fd, int flags) {
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  return open(path.c_str(), flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

}  // namespace

Output::Output(BufferPool& pool, int fd) : pool_(pool) { Open(fd); }

Output::~Output() {
  if (restore_flags_ != -1) fcntl(fd_, F_SETFL, restore_flags_);
  if (fd_ != -1) close(fd_);
  Discard();
  Rest();
}

void Output::Open(int fd) {
  struct stat what{};
  if (fstat(fd, &what) != 0) return;
  const int flags = fcntl(fd, F_GETFL);
  const bool pipe = S_ISFIFO(what.st_mode);
  if (S_ISSOCK(what.st_mode)) {
    kind_ = Kind::kSocket;
  } else if (pipe || (isatty(fd) != 0 && !IsTerminalMaster(fd))) {
    kind_ = Kind::kStream;
    fd_ = OpenAgain(fd, flags);
    if (fd_ != -1) return;
  }
  fd_ = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (pipe && (flags & O_NONBLOCK) == 0 && fcntl(fd_, F_SETFL, flags | O_NONBLOCK) == 0) restore_flags_ = flags;
}

Output::Sent Output::Send() {
  while (sent_ < block_.size()) {
    const char* const data = block_.data() + sent_;
    const ssize_t n =
        kind_ == Kind::kSocket ? send(fd_, data, unsent(), MSG_DONTWAIT | MSG_NOSIGNAL) : write(fd_, data, unsent());
    if (n >= 0) {
      sent_ += static_cast<std::size_t>(n);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      error_ = errno;
      return kind_ == Kind::kFile ? Sent::kFailed : Sent::kGone;
    }
    // More is appended while the peer lets us wait: what has left must not pile up in front of it.
    if (const std::size_t rest = unsent(); rest <= sent_) {
      std::memcpy(block_.data(), data, rest);
      block_.Resize(rest);
      sent_ = 0;
    }
    return Sent::kBlocked;
  }
  Discard();
  return Sent::kAll;
}

void Output::Discard() {
  sent_ = 0;
  if (block_.capacity() > BufferPool::kOversize * pool_.block_bytes()) {
    pool_.Give(std::move(block_));
  } else {
    block_.Clear();
  }
}

void Output::Rest() {
  if (block_.capacity() > 0 && unsent() == 0) pool_.Give(std::move(block_));
}

}  // namespace skep::net
