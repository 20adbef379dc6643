#include "base/line_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

#include "base/limits.h"

namespace skep {
namespace {

static_assert(LineOutput::kMaxLine <= PIPE_BUF);

/// While it lives, a write to a pipe without a reader fails with EPIPE and raises nothing, whatever the program has
/// decided about SIGPIPE.
class SigPipeHeld {
 public:
  SigPipeHeld() {
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  ~SigPipeHeld() {
    constexpr timespec kNow{};
    if (!was_pending_) sigtimedwait(&sigpipe_, nullptr, &kNow);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  SigPipeHeld(const SigPipeHeld&) = delete;
  SigPipeHeld& operator=(const SigPipeHeld&) = delete;

 private:
  sigset_t sigpipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

/// Whether a line of kMaxLine may be written without waiting.
bool TakesALine(int fd) {
  pollfd asked{.fd = fd, .events = POLLOUT, .revents = 0};
  return poll(&asked, 1, 0) == 1 && (asked.revents & POLLOUT) != 0;
}

int OpenToAppend(const std::string& path) {
  return open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
}

bool SameFile(const struct stat& a, const struct stat& b) { return a.st_dev == b.st_dev && a.st_ino == b.st_ino; }

}  // namespace

LineOutput::LineOutput(Kind kind, int fd, bool owned, std::string path)
    : kind_(kind), fd_(fd), owned_(owned), path_(std::move(path)) {}

LineOutput::LineOutput(LineOutput&& other) noexcept
    : kind_(std::exchange(other.kind_, Kind::kNone)),
      fd_(std::exchange(other.fd_, -1)),
      owned_(std::exchange(other.owned_, false)),
      torn_(other.torn_),
      path_(std::move(other.path_)) {}

LineOutput& LineOutput::operator=(LineOutput&& other) noexcept {
  std::swap(kind_, other.kind_);
  std::swap(fd_, other.fd_);
  std::swap(owned_, other.owned_);
  std::swap(torn_, other.torn_);
  std::swap(path_, other.path_);
  return *this;
}

LineOutput::~LineOutput() {
  if (owned_) close(fd_);
}

LineOutput LineOutput::ForDescriptor(int fd, bool owned, bool non_blocking, std::string path) {
  struct stat what{};
  if (fstat(fd, &what) != 0) return {Kind::kNone, -1, false};
  if (S_ISREG(what.st_mode)) return {Kind::kFile, fd, owned, std::move(path)};
  if (S_ISSOCK(what.st_mode)) return {Kind::kSocket, fd, owned};
  return {non_blocking ? Kind::kNonBlocking : Kind::kShared, fd, owned};
}

LineOutput LineOutput::Stderr() {
  LineOutput shared = ForDescriptor(STDERR_FILENO, /*owned=*/false, /*non_blocking=*/false);
  if (shared.kind_ != Kind::kShared) return shared;
  // Fails for a pipe that has lost its reader, for another user's terminal, and without /proc.
  const int own = open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (own < 0) return shared;
  return {Kind::kNonBlocking, own, /*owned=*/true};
}

Expected<LineOutput> LineOutput::Open(std::string path) {
  const int fd = OpenToAppend(path);
  if (fd < 0) {
    return Fail(ErrorCode::kUnavailable, fmt::format("cannot write the log file {}: {}", path, std::strerror(errno)));
  }
  return ForDescriptor(fd, /*owned=*/true, /*non_blocking=*/true, std::move(path));
}

bool LineOutput::Write(std::string_view line) {
  if (kind_ == Kind::kNone) return false;
  if (kind_ == Kind::kFile && !path_.empty() && !MakeRoom(line.size())) return false;
  if (kind_ == Kind::kShared && !TakesALine(fd_)) return false;
  std::string behind_torn;
  if (torn_) line = behind_torn.append(1, '\n').append(line);
  ssize_t written = -1;
  {
    const SigPipeHeld held;
    do {
      written = kind_ == Kind::kSocket ? send(fd_, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                       : write(fd_, line.data(), line.size());
    } while (written < 0 && errno == EINTR);
  }
  if (written > 0) torn_ = static_cast<std::size_t>(written) < line.size();
  return written > 0 && !torn_;
}

/// Renames a full file away. Whoever holds the file's lock may do so; the others find, then or later, that their file
/// is no longer the one at the path, and open that.
bool LineOutput::MakeRoom(std::size_t more) {
  struct stat ours{};
  if (fstat(fd_, &ours) != 0) return false;
  if (static_cast<std::size_t>(ours.st_size) + more <= limits::kMaxLogFile) return true;
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0) return true;
  struct stat there{};
  const bool still_there = stat(path_.c_str(), &there) == 0 && SameFile(ours, there);
  if (still_there && std::rename(path_.c_str(), (path_ + ".1").c_str()) != 0) return false;
  const int fresh = OpenToAppend(path_);
  if (fresh < 0) return false;
  *this = ForDescriptor(fresh, /*owned=*/true, /*non_blocking=*/true, std::move(path_));
  return true;
}

}  // namespace skep
