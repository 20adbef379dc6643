#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "child.h"

namespace skep::pipe {

/// A file beside the server's, of which all is on the disk when a call returns.
class SyncedFile {
 public:
  explicit SyncedFile(std::string path)
      : path_(std::move(path)), file_(open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600)) {
    if (file_ == -1) Die("cannot write to " + path_);
  }
  ~SyncedFile() {
    close(file_);
    unlink(path_.c_str());
  }
  SyncedFile(const SyncedFile&) = delete;
  SyncedFile& operator=(const SyncedFile&) = delete;

  void Append(std::string_view bytes) {
    Write(bytes, end_);
    end_ += bytes.size();
  }
  /// Over what is there, as a write-ahead log that was checkpointed.
  void Rewrite(std::string_view bytes) { Write(bytes, 0); }

 private:
  void Write(std::string_view bytes, std::size_t at) {
    while (!bytes.empty()) {
      const ssize_t written = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (written == -1 && errno == EINTR) continue;
      if (written <= 0) Die("cannot write to " + path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
      at += static_cast<std::size_t>(written);
    }
    if (fdatasync(file_) != 0) Die("cannot write to " + path_);
  }

  std::string path_;
  int file_;
  std::size_t end_ = 0;
};

}  // namespace skep::pipe
