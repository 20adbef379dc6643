#pragma once

#include <functional>

namespace skep {

/// Runs work on one thread, in the order posted. A connection and everything that it owns lives on the thread of one
/// executor; the other threads (the store's, the workers) come back to it by Post.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Any thread. `work` runs later, never inside this call.
  virtual void Post(std::function<void()> work) = 0;
  /// Whether the caller is on the executor's thread.
  virtual bool IsCurrent() const = 0;
};

}  // namespace skep
