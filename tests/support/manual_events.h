#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/events.h"
#include "support/manual_executor.h"

namespace skep {

/// Timers that a test rings by moving its clock, and a directory whose changes it makes up. What is to ring at once is
/// posted to the test's executor.
class ManualEvents final : public Events {
 public:
  ManualEvents(ManualClock& clock, ManualExecutor& executor) : clock_(clock), executor_(executor) {}

  std::unique_ptr<Timer> MakeTimer(std::function<void()> ring) override {
    return std::make_unique<ManualTimer>(*this, std::move(ring));
  }
  std::unique_ptr<Watch> WatchDirectory(const std::string&, std::function<void(std::string_view)> changed) override {
    return std::make_unique<ManualWatch>(*this, std::move(changed));
  }

  /// Moves the clock, ringing what is to ring on the way.
  void AdvanceMs(std::int64_t ms) {
    const std::int64_t end = NowMs() + ms;
    while (true) {
      ManualTimer* next = nullptr;
      for (ManualTimer* const timer : timers_) {
        if (timer->at_ms && (next == nullptr || *timer->at_ms < *next->at_ms)) next = timer;
      }
      if (next == nullptr || *next->at_ms > end) break;
      if (*next->at_ms > NowMs()) clock_.AdvanceMs(*next->at_ms - NowMs());
      next->Ring();
    }
    clock_.AdvanceMs(end - NowMs());
  }
  /// A file has changed, as whoever watches is told.
  void Change(std::string_view name) {
    for (ManualWatch* const watch : std::set(watches_)) watch->changed(name);
  }
  bool watched() const { return !watches_.empty(); }

 private:
  struct ManualTimer final : Timer {
    ManualTimer(ManualEvents& owner, std::function<void()> act) : events(owner), ring(std::move(act)) {
      events.timers_.insert(this);
    }
    ~ManualTimer() override { events.timers_.erase(this); }
    void Set(std::int64_t ms) override {
      at_ms = events.NowMs() + ms;
      if (ms > 0) return;
      events.executor_.Post([this, still = std::weak_ptr(alive)] {
        if (!still.expired() && at_ms && *at_ms <= events.NowMs()) Ring();
      });
    }
    void Stop() override { at_ms.reset(); }
    void Ring() {
      at_ms.reset();
      ring();
    }

    ManualEvents& events;
    const std::function<void()> ring;
    std::optional<std::int64_t> at_ms;
    std::shared_ptr<int> alive = std::make_shared<int>();
  };
  struct ManualWatch final : Watch {
    ManualWatch(ManualEvents& owner, std::function<void(std::string_view)> act)
        : events(owner), changed(std::move(act)) {
      events.watches_.insert(this);
    }
    ~ManualWatch() override { events.watches_.erase(this); }
    ManualEvents& events;
    const std::function<void(std::string_view)> changed;
  };

  std::int64_t NowMs() const { return clock_.BootMs(); }

  ManualClock& clock_;
  ManualExecutor& executor_;
  std::set<ManualTimer*> timers_;
  std::set<ManualWatch*> watches_;
};

}  // namespace skep
