#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace skep {

/// What comes to an executor's thread by itself: moments, and changes of files. Implemented by net/loop, and by tests,
/// which own the time. All on that thread; no callback comes once what it belongs to is gone.
class Events {
 public:
  class Timer {
   public:
    virtual ~Timer() = default;
    /// Rings once, `ms` from now and not from within this call, instead of when it was to ring before.
    virtual void Set(std::int64_t ms) = 0;
    virtual void Stop() = 0;
  };
  class Watch {
   public:
    virtual ~Watch() = default;
  };

  virtual ~Events() = default;
  virtual std::unique_ptr<Timer> MakeTimer(std::function<void()> ring) = 0;
  /// Calls `changed` with the name of each file in the directory that is made, written or removed. Null when the
  /// system cannot watch it.
  virtual std::unique_ptr<Watch> WatchDirectory(const std::string& path,
                                                std::function<void(std::string_view name)> changed) = 0;
};

}  // namespace skep
