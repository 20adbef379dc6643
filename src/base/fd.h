#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace skep {

/// A descriptor that is closed with its scope, or before.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { Close(); }
  void Close() {
    if (fd_ != -1) close(fd_);
    fd_ = -1;
  }
  int operator*() const { return fd_; }
  explicit operator bool() const { return fd_ != -1; }

 private:
  int fd_ = -1;
};

/// Makes those of the descriptors 0, 1 and 2 that are closed /dev/null, opened in `mode`. A program may be started so,
/// and whatever it opened next would take their numbers: a log line would go into a database. With O_RDONLY, whoever
/// writes to them is told that it fails.
void OccupyStandardDescriptors(int mode = O_RDWR);

}  // namespace skep
