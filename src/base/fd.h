#pragma once

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

}  // namespace skep
