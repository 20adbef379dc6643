#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "skep/error.h"

namespace skep::store {

/// How processes on one database know of one another whether they live: each holds the lock (flock) of a file of its
/// own, `sessions/<token>.lock` beside the database, which the kernel frees when the process ends, however it ends.
class Liveness {
 public:
  /// Makes nothing yet.
  explicit Liveness(const std::string& database_path);
  /// Removes our file, after which nobody takes us for alive.
  ~Liveness();
  Liveness(const Liveness&) = delete;
  Liveness& operator=(const Liveness&) = delete;

  /// Makes our file and locks it, the first time; returns our token. On one thread.
  Expected<std::string> Hold();
  /// Whether Hold() has succeeded. Any thread.
  bool held() const { return held_.load(std::memory_order_acquire); }
  /// Our token. REQUIRES: held().
  const std::string& token() const { return token_; }

  /// Whether the process of that token, another than ours, has ended: nobody holds its file, or it has none.
  bool HasEnded(std::string_view token) const;
  /// Removes the file of a process that has ended.
  void Forget(std::string_view token) const;

 private:
  std::string PathOf(std::string_view token) const;

  const std::string directory_;
  std::string token_;
  int file_ = -1;
  std::atomic<bool> held_ = false;
};

/// Names this boot of the machine: another one has another number. 0 when the system does not tell.
std::int64_t BootNumber();

}  // namespace skep::store
