#pragma once

#include <unistd.h>

namespace skep {

/// Makes a descriptor standard error for as long as it lives.
class StderrTo {
 public:
  explicit StderrTo(int fd) : before_(dup(STDERR_FILENO)) { dup2(fd, STDERR_FILENO); }
  ~StderrTo() {
    dup2(before_, STDERR_FILENO);
    close(before_);
  }
  StderrTo(const StderrTo&) = delete;
  StderrTo& operator=(const StderrTo&) = delete;

 private:
  int before_;
};

}  // namespace skep
