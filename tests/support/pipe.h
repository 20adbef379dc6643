#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace skep {

/// Both ends of a pipe, neither of which a test can be made to wait on for ever: Drain takes what is there.
class Pipe {
 public:
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    reader_ = ends[0];
    writer_ = ends[1];
    fcntl(reader_, F_SETFL, O_NONBLOCK);
  }
  ~Pipe() {
    CloseReader();
    close(writer_);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return reader_; }
  int writer() const { return writer_; }

  void CloseReader() {
    if (reader_ >= 0) close(reader_);
    reader_ = -1;
  }

  /// Writes until nothing more fits.
  void Fill() const {
    const int flags = fcntl(writer_, F_GETFL);
    fcntl(writer_, F_SETFL, flags | O_NONBLOCK);
    const std::string filler(4096, '.');
    while (write(writer_, filler.data(), filler.size()) > 0) {
    }
    while (write(writer_, ".", 1) > 0) {
    }
    fcntl(writer_, F_SETFL, flags);
  }

  /// Everything that is in the pipe now.
  std::string Drain() const {
    std::string all;
    char buffer[65536];
    for (ssize_t n = read(reader_, buffer, sizeof buffer); n > 0; n = read(reader_, buffer, sizeof buffer)) {
      all.append(buffer, static_cast<std::size_t>(n));
    }
    return all;
  }

 private:
  int reader_ = -1;
  int writer_ = -1;
};

}  // namespace skep
