#include "net/loop.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace skep::net {
namespace {

TEST(Loop, PostedWorkRunsInOrderOnTheLoopsThread) {
  Loop loop;
  std::vector<int> order;
  std::thread other([&] {
    EXPECT_FALSE(loop.IsCurrent());
    for (int i = 0; i < 1000; ++i) {
      loop.Post([&, i] {
        EXPECT_TRUE(loop.IsCurrent());
        order.push_back(i);
      });
    }
    loop.Post([&] { loop.Stop(); });
  });
  loop.Run();
  other.join();
  ASSERT_EQ(order.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Loop, PostNeverRunsInsideTheCall) {
  Loop loop;
  bool ran = false;
  loop.Post([&] {
    loop.Post([&] {
      ran = true;
      loop.Stop();
    });
    EXPECT_FALSE(ran);
  });
  EXPECT_FALSE(ran);
  loop.Run();
  EXPECT_TRUE(ran);
}

TEST(Loop, RunsAgainAfterAStop) {
  Loop loop;
  int runs = 0;
  for (int i = 0; i < 3; ++i) {
    loop.Post([&] {
      ++runs;
      loop.Stop();
    });
    loop.Run();
  }
  EXPECT_EQ(runs, 3);
}

TEST(Loop, WorkThatHasNotRunIsDestroyedWithTheLoop) {
  const auto witness = std::make_shared<int>();
  {
    Loop loop;
    loop.Post([witness] { FAIL() << "must not run"; });
    EXPECT_EQ(witness.use_count(), 2);
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(Loop, AHandleMayBeResetInItsOwnCallback) {
  Loop loop;
  Handle<uv_idle_t> idle(new uv_idle_t);
  uv_idle_init(loop.uv(), idle.get());
  const auto stop = [&] {
    idle.reset();
    loop.Stop();
  };
  const std::function<void()> act = stop;
  idle->data = const_cast<std::function<void()>*>(&act);
  uv_idle_start(idle.get(), [](uv_idle_t* handle) { (*static_cast<std::function<void()>*>(handle->data))(); });
  loop.Run();
  EXPECT_EQ(idle, nullptr);
}

/// Writes down what it does, and does what it was told.
class Dancer final : public Turn {
 public:
  Dancer(Loop& loop, std::string name, std::string& story) : Turn(loop), name_(std::move(name)), story_(story) {}
  using Turn::AskLater;
  using Turn::AskSoon;
  using Turn::Withdraw;
  std::function<void()> then;

 private:
  void Act() override {
    story_ += name_ + " ";
    if (const auto act = std::exchange(then, nullptr)) act();
  }
  void Rest() override { story_ += "(" + name_ + " rests) "; }

  const std::string name_;
  std::string& story_;
};

class Dance : public testing::Test {
 protected:
  void Step() { uv_run(loop.uv(), UV_RUN_NOWAIT); }

  Loop loop;
  std::string story;
  Dancer a{loop, "a", story};
  Dancer b{loop, "b", story};
};

TEST_F(Dance, TurnsAreTakenOnceInTheOrderOfAsking) {
  b.AskSoon();
  a.AskSoon();
  b.AskSoon();
  Step();
  EXPECT_EQ(story, "b (b rests) a ");
  Step();
  EXPECT_EQ(story, "b (b rests) a ");
}

TEST_F(Dance, WhoAsksDuringATurnHasAnotherWithoutWaiting) {
  a.then = [&] {
    a.AskSoon();
    b.AskSoon();
  };
  a.AskSoon();
  // Nothing else happens: a loop that waited would wait for ever.
  while (story != "a a (a rests) b ") loop.RunOnce();
}

TEST_F(Dance, WhoAsksForLaterLetsTheLoopWait) {
  a.then = [&] { a.AskSoon(); };
  a.AskSoon();
  Step();
  EXPECT_EQ(uv_backend_timeout(loop.uv()), 0);
  a.then = [&] { a.AskLater(); };
  Step();
  EXPECT_NE(uv_backend_timeout(loop.uv()), 0);
  Step();
  EXPECT_EQ(story, "a a a ");
}

TEST_F(Dance, WhoAskedMayWithdrawOrGo) {
  {
    Dancer c(loop, "c", story);
    c.AskSoon();
    a.AskSoon();
    b.AskSoon();
    b.Withdraw();
  }
  Step();
  EXPECT_EQ(story, "a ");
  a.AskSoon();
  b.AskSoon();
  a.then = [&] { b.Withdraw(); };
  Step();
  EXPECT_EQ(story, "a a ");
}

TEST_F(Dance, WhoIsAloneNeverRests) {
  for (int i = 0; i < 3; ++i) {
    a.AskSoon();
    Step();
  }
  EXPECT_EQ(story, "a a a ");
}

TEST(Loop, AShutdownSignalIsHandledOnceAndThenHasItsDefaultEffect) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Loop loop;
    int calls = 0;
    loop.OnShutdown([&] {
      ++calls;
      loop.Stop();
    });
    std::raise(signal);
    loop.Run();
    EXPECT_EQ(calls, 1);
    for (const int after : {SIGINT, SIGTERM}) {
      struct sigaction action{};
      sigaction(after, nullptr, &action);
      EXPECT_EQ(action.sa_handler, SIG_DFL);
    }
  }
}

TEST(LoopDeathTest, ASecondSignalEndsTheProcessAtOnce) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto signal_twice = [](int first, int second) {
    Loop loop;
    loop.OnShutdown([second] { std::raise(second); });
    std::raise(first);
    loop.Run();
  };
  EXPECT_EXIT(signal_twice(SIGINT, SIGTERM), testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(signal_twice(SIGTERM, SIGTERM), testing::KilledBySignal(SIGTERM), "");
  // Also when the loop is too busy to see the first.
  EXPECT_EXIT(
      {
        Loop loop;
        loop.OnShutdown([] {});
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(LoopDeathTest, AProgramMayBeStartedWithoutStandardDescriptors) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto start = [] {
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    {
      Loop loop;
    }
    char byte = 0;
    _exit(read(STDIN_FILENO, &byte, 1) == 0 && write(STDOUT_FILENO, "x", 1) == 1 ? 0 : 1);
  };
  EXPECT_EXIT(start(), testing::ExitedWithCode(0), "");
}

TEST(Loop, WithoutAShutdownHandlerSignalsAreLeftAlone) {
  Loop loop;
  loop.OnShutdown([] {});
  loop.OnShutdown(nullptr);
  struct sigaction action{};
  sigaction(SIGTERM, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
  sigaction(SIGPIPE, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_IGN);
}

}  // namespace
}  // namespace skep::net
