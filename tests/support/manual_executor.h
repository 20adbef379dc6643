#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "base/executor.h"

namespace skep {

/// An executor whose thread is the test's: posted work waits until the test runs it.
class ManualExecutor final : public Executor {
 public:
  void Post(std::function<void()> work) override {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    posted_.notify_one();
  }
  bool IsCurrent() const override { return std::this_thread::get_id() == thread_; }

  /// Runs posted work, waiting for more of it, until `done()` holds. False when nothing made it hold in a minute.
  template <class Predicate>
  bool RunUntil(Predicate done) {
    while (!done()) {
      std::unique_lock lock(mutex_);
      if (!posted_.wait_for(lock, kPatience, [this] { return !queue_.empty(); })) return false;
      RunFront(lock);
    }
    return true;
  }
  /// Runs what has been posted so far, and what that posts.
  void RunPosted() {
    std::unique_lock lock(mutex_);
    while (!queue_.empty()) {
      RunFront(lock);
      lock.lock();
    }
  }

 private:
  /// Only for a test that would otherwise hang.
  static constexpr std::chrono::seconds kPatience{60};

  /// Leaves `lock` unlocked.
  void RunFront(std::unique_lock<std::mutex>& lock) {
    const std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
  }

  const std::thread::id thread_ = std::this_thread::get_id();
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> queue_;
};

}  // namespace skep
