#pragma once

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/events.h"
#include "base/executor.h"

namespace skep::net {

/// Closes a libuv handle. libuv lets go of its memory in a later iteration of the loop, so it is freed only then.
struct CloseHandle {
  template <class T>
  void operator()(T* handle) const {
    uv_close(reinterpret_cast<uv_handle_t*>(handle), [](uv_handle_t* closed) { delete reinterpret_cast<T*>(closed); });
  }
};

/// A libuv handle (uv_poll_t, uv_timer_t, …) with one owner. No callback comes once it is reset. REQUIRES: initialised
/// with libuv before it is reset, and reset on the loop's thread before the loop ends.
template <class T>
using Handle = std::unique_ptr<T, CloseHandle>;

class Loop;

/// What acts before the loop waits, when it has asked to: once, however often it asked. On the loop's thread.
class Turn {
 public:
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 protected:
  /// REQUIRES: goes before the loop does.
  explicit Turn(Loop& loop) : loop_(loop) {}
  virtual ~Turn();

  /// Asks for a turn before the loop waits again: during a turn, for one more.
  void AskSoon() { Ask(true); }
  /// The same, but the loop may wait for events first.
  void AskLater() { Ask(false); }
  /// Takes back what was asked for.
  void Withdraw();

  virtual void Act() = 0;
  /// Another has the next turn: a good moment to give back what only turns need.
  virtual void Rest() {}

 private:
  friend class Loop;

  enum class Asked : std::uint8_t { kNo, kLater, kSoon };

  void Ask(bool soon);

  Loop& loop_;
  Asked asked_ = Asked::kNo;
  // Neighbours in the loop's ring of those who have asked.
  Turn* next_ = this;
  Turn* previous_ = this;
};

/// The event loop of libuv, on the thread that made it. Only Post and IsCurrent may be called by other threads.
///
/// From the first loop on the process ignores SIGPIPE (writing to a peer that has left is an error code), and those of
/// the descriptors 0, 1 and 2 that were closed are /dev/null.
class Loop final : public Executor, public Events {
 public:
  Loop();
  /// Work that was posted and has not run is destroyed unrun.
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void Post(std::function<void()> work) override;
  bool IsCurrent() const override { return std::this_thread::get_id() == thread_; }

  std::unique_ptr<Timer> MakeTimer(std::function<void()> ring) override;
  std::unique_ptr<Watch> WatchDirectory(const std::string& path,
                                        std::function<void(std::string_view name)> changed) override;

  /// Runs until Stop(). May be called again.
  void Run();
  /// Waits until something has happened, and deals with it.
  void RunOnce();
  /// Run() returns when the events at hand have been handled.
  void Stop();

  /// `act` is called at the first SIGINT or SIGTERM. From then on both have their default effect, so that a second one
  /// ends the process whatever it is busy with, and the shell sees 130 or 143. An empty `act` gives both back at once.
  void OnShutdown(std::function<void()> act);

  uv_loop_t* uv() { return &loop_; }

 private:
  friend class Turn;

  /// The beginning and end of a ring of turns.
  class Ring final : public Turn {
   public:
    explicit Ring(Loop& loop) : Turn(loop) {}

   private:
    void Act() override {}
  };

  void RunPosted();
  void TakeTurns();

  const std::thread::id thread_ = std::this_thread::get_id();
  uv_loop_t loop_;
  Handle<uv_async_t> wake_;
  Handle<uv_prepare_t> before_waiting_;
  /// Active while the loop must not wait.
  Handle<uv_idle_t> do_not_wait_;
  Handle<uv_signal_t> interrupt_;
  Handle<uv_signal_t> terminate_;
  std::function<void()> on_shutdown_;

  Ring asked_{*this};
  /// Of those who have asked, how many will not let the loop wait.
  std::size_t soon_ = 0;
  /// Who had the last turn and has not been told to rest.
  Turn* last_ = nullptr;

  std::mutex mutex_;
  /// Under mutex_. Swapped with running_ to be run, so that both keep their memory.
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> running_;
};

/// "1.44.2": the libuv that is linked.
const char* LoopVersion();

}  // namespace skep::net
