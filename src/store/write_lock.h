#pragma once

#include <cstdint>
#include <string>

#include "skep/error.h"

namespace skep::store {

/// The one lock under which every write transaction and every checkpoint happens, in whichever process: SQLite up to
/// 3.51.2 can lose pages when a checkpoint runs while another connection commits and restarts the log.
///
/// It is an advisory lock on a file beside the database ("<database>.lock"), which the kernel frees when its holder
/// dies. Waiters queue: whoever has waited goes before whoever has just released. Not thread-safe; a second WriteLock
/// of the same process excludes this one as another process would.
class WriteLock {
 public:
  /// Opens nothing yet.
  explicit WriteLock(const std::string& database_path) : path_(database_path + ".lock") {}
  ~WriteLock();
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

  /// The lock, held until this goes. Must not outlive the WriteLock.
  class Held {
   public:
    Held(Held&& other) noexcept;
    Held& operator=(Held&& other) noexcept;
    ~Held();

   private:
    friend class WriteLock;
    explicit Held(int file) : file_(file) {}
    int file_;
  };

  /// Waits for at most `wait_ms`; 0 does not wait. kUnavailable names the process that holds it, or why the lock's file
  /// cannot be had. REQUIRES: not held.
  Expected<Held> Acquire(std::int64_t wait_ms);

  const std::string& path() const { return path_; }

 private:
  Expected<void> OpenFile();
  /// Until the lock and the gate before it are ours, or the time is over.
  Expected<void> Wait(std::int64_t wait_ms);
  std::unexpected<Error> TimedOut(std::int64_t wait_ms);

  std::string path_;
  int file_ = -1;
};

}  // namespace skep::store
