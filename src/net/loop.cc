#include "net/loop.h"

#include <cassert>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/fd.h"

namespace skep::net {
namespace {

/// What can fail here is the machine at start-up: no descriptors or no memory left. Nothing can be served then.
void Check(int result, const char* what) {
  if (result == 0) return;
  std::fprintf(stderr, "skep: cannot start the event loop: %s: %s\n", what, uv_strerror(result));
  std::abort();
}

class LoopTimer final : public Events::Timer {
 public:
  LoopTimer(Loop& loop, std::function<void()> ring) : loop_(loop), ring_(std::move(ring)), timer_(new uv_timer_t) {
    uv_timer_init(loop.uv(), timer_.get());
    timer_->data = this;
  }

  void Set(std::int64_t ms) override {
    Stop();
    if (ms <= 0) {
      // libuv 1.44 rings a timer that is due again before it looks at its descriptors: who goes on at once, time after
      // time, would keep everybody else waiting. Posted work has them in between.
      loop_.Post([this, set = set_, here = std::weak_ptr(here_)] {
        if (!here.expired() && set == set_) ring_();
      });
      return;
    }
    // The loop's idea of the time is from when it began to handle its events.
    uv_update_time(timer_->loop);
    uv_timer_start(
        timer_.get(), [](uv_timer_t* timer) { static_cast<LoopTimer*>(timer->data)->ring_(); },
        static_cast<std::uint64_t>(ms), 0);
  }
  void Stop() override {
    ++set_;
    uv_timer_stop(timer_.get());
  }

 private:
  Loop& loop_;
  const std::function<void()> ring_;
  Handle<uv_timer_t> timer_;
  /// How often it was set or stopped: what was posted before that is nothing.
  std::uint64_t set_ = 0;
  /// Gone when this is.
  const std::shared_ptr<char> here_ = std::make_shared<char>();
};

class LoopWatch final : public Events::Watch {
 public:
  LoopWatch(uv_loop_t* loop, std::function<void(std::string_view)> changed)
      : changed_(std::move(changed)), event_(new uv_fs_event_t) {
    uv_fs_event_init(loop, event_.get());
    event_->data = this;
  }

  bool Start(const std::string& path) {
    return uv_fs_event_start(
               event_.get(),
               [](uv_fs_event_t* event, const char* name, int, int) {
                 if (name != nullptr) static_cast<LoopWatch*>(event->data)->changed_(name);
               },
               path.c_str(), 0) == 0;
  }

 private:
  const std::function<void(std::string_view)> changed_;
  Handle<uv_fs_event_t> event_;
};

}  // namespace

Turn::~Turn() {
  Withdraw();
  if (loop_.last_ == this) loop_.last_ = nullptr;
}

void Turn::Ask(bool soon) {
  if (soon && asked_ != Asked::kSoon) ++loop_.soon_;
  if (asked_ == Asked::kNo) {
    next_ = &loop_.asked_;
    previous_ = next_->previous_;
    previous_->next_ = next_->previous_ = this;
  }
  if (soon || asked_ == Asked::kNo) asked_ = soon ? Asked::kSoon : Asked::kLater;
}

void Turn::Withdraw() {
  if (asked_ == Asked::kNo) return;
  if (asked_ == Asked::kSoon) --loop_.soon_;
  asked_ = Asked::kNo;
  next_->previous_ = previous_;
  previous_->next_ = next_;
  next_ = previous_ = this;
}

Loop::Loop() : wake_(new uv_async_t), before_waiting_(new uv_prepare_t), do_not_wait_(new uv_idle_t) {
  OccupyStandardDescriptors();
  std::signal(SIGPIPE, SIG_IGN);
  Check(uv_loop_init(&loop_), "uv_loop_init");
  loop_.data = this;
  Check(uv_async_init(&loop_, wake_.get(), [](uv_async_t* wake) { static_cast<Loop*>(wake->loop->data)->RunPosted(); }),
        "uv_async_init");
  uv_idle_init(&loop_, do_not_wait_.get());
  uv_prepare_init(&loop_, before_waiting_.get());
  uv_prepare_start(before_waiting_.get(),
                   [](uv_prepare_t* prepare) { static_cast<Loop*>(prepare->loop->data)->TakeTurns(); });
}

Loop::~Loop() {
  OnShutdown(nullptr);
  wake_.reset();
  before_waiting_.reset();
  do_not_wait_.reset();
  // What was reset is freed by an iteration of its own; no handle is active any more, so this returns at once.
  uv_run(&loop_, UV_RUN_DEFAULT);
  [[maybe_unused]] const int result = uv_loop_close(&loop_);
  assert(result == 0 && "a handle has outlived its loop");
}

void Loop::Post(std::function<void()> work) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (first) uv_async_send(wake_.get());
}

void Loop::RunPosted() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(posted_);
  }
  for (std::function<void()>& work : running_) std::exchange(work, nullptr)();
  running_.clear();
}

void Loop::TakeTurns() {
  if (asked_.next_ != &asked_) {
    // Those who ask from now on come in the next round.
    Ring round(*this);
    round.next_ = asked_.next_;
    round.previous_ = asked_.previous_;
    round.next_->previous_ = round.previous_->next_ = &round;
    asked_.next_ = asked_.previous_ = &asked_;
    while (round.next_ != &round) {
      Turn& turn = *round.next_;
      turn.Withdraw();
      if (last_ != &turn) {
        if (last_ != nullptr) last_->Rest();
        last_ = &turn;
      }
      turn.Act();
    }
  }
  if (soon_ > 0) {
    uv_idle_start(do_not_wait_.get(), [](uv_idle_t*) {});
  } else {
    uv_idle_stop(do_not_wait_.get());
  }
}

std::unique_ptr<Events::Timer> Loop::MakeTimer(std::function<void()> ring) {
  return std::make_unique<LoopTimer>(*this, std::move(ring));
}

std::unique_ptr<Events::Watch> Loop::WatchDirectory(const std::string& path,
                                                    std::function<void(std::string_view)> changed) {
  auto watch = std::make_unique<LoopWatch>(&loop_, std::move(changed));
  if (!watch->Start(path)) return nullptr;
  return watch;
}

void Loop::RunOnce() { uv_run(&loop_, UV_RUN_ONCE); }

void Loop::Run() { uv_run(&loop_, UV_RUN_DEFAULT); }

void Loop::Stop() { uv_stop(&loop_); }

void Loop::OnShutdown(std::function<void()> act) {
  on_shutdown_ = std::move(act);
  interrupt_.reset();
  terminate_.reset();
  if (!on_shutdown_) return;
  const auto start = [this](int signal) {
    Handle<uv_signal_t> handle(new uv_signal_t);
    Check(uv_signal_init(&loop_, handle.get()), "uv_signal_init");
    // One shot: the kernel itself restores the default effect when the signal comes, before this loop has seen it.
    const uv_signal_cb act_once = [](uv_signal_t* signalled, int) {
      auto* const loop = static_cast<Loop*>(signalled->loop->data);
      const std::function<void()> on_shutdown = std::move(loop->on_shutdown_);
      loop->OnShutdown(nullptr);
      on_shutdown();
    };
    Check(uv_signal_start_oneshot(handle.get(), act_once, signal), "uv_signal_start");
    return handle;
  };
  interrupt_ = start(SIGINT);
  terminate_ = start(SIGTERM);
}

const char* LoopVersion() { return uv_version_string(); }

}  // namespace skep::net
