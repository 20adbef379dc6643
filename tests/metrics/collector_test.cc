#include "metrics/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metrics/windows.h"
#include "store/store.h"
#include "support/manual_events.h"
#include "support/manual_executor.h"
#include "support/temp_directory.h"

namespace skep::metrics {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

class Collecting : public testing::Test {
 protected:
  Collecting() {
    clock_.AdvanceMs(10'000 - clock_.WallMs() % 10'000);
    store_ = std::make_unique<store::Store>(store::Options{.path = directory_ / "skep.db"}, clock_, executor_);
    collector_.Attach(*store_);
  }
  ~Collecting() override { collector_.Close(); }

  void Do(std::string_view operation, std::uint64_t ns = 100) {
    collector_.recorder().Record(Recorder::Thread::kLoop, collector_.recorder().Register(std::string(operation)), ns);
    collector_.NoteWork();
  }
  /// Waits until the window that has been submitted is written.
  void Written() {
    const std::int64_t before = written_;
    ASSERT_TRUE(executor_.RunUntil([&] { return collector_.written_ms() != before; }));
    written_ = collector_.written_ms();
  }
  std::vector<Window> Windows() {
    store_->EndRead();
    auto windows = ReadWindows(store_->Reader(), 10, 0, INT64_MAX, "tool:");
    store_->EndRead();
    return windows;
  }

  TempDirectory directory_;
  ManualClock clock_;
  ManualExecutor executor_;
  ManualEvents events_{clock_, executor_};
  std::vector<std::string> judged_;
  std::atomic<bool> alert_open_ = false;
  Collector collector_{
      {.clock = clock_, .events = events_, .pid = 42, .judge = [this](auto&, const auto& process, auto) {
         judged_.push_back(std::to_string(process.pid));
         return Judgement{.said = {}, .alert_open = alert_open_};
       }}};
  std::unique_ptr<store::Store> store_;
  std::int64_t written_ = 0;
};

TEST_F(Collecting, AtRestNothingIsWrittenDown) {
  events_.AdvanceMs(3'600'000);
  EXPECT_EQ(collector_.written_ms(), 0);
  EXPECT_THAT(Windows(), IsEmpty());
}

TEST_F(Collecting, AWindowIsWrittenDownWhenItIsOver) {
  const std::int64_t start_ms = clock_.WallMs();
  Do("tool:a", 100);
  events_.AdvanceMs(4'000);
  Do("tool:a", 300);
  events_.AdvanceMs(6'500);
  Written();
  const auto windows = Windows();
  ASSERT_EQ(windows.size(), 1);
  EXPECT_EQ(windows[0].start_ms, start_ms);
  EXPECT_EQ(windows[0].values.count(), 2);
  EXPECT_THAT(judged_, ElementsAre("42"));
  store_->EndRead();
  const auto samples = ReadSamples(store_->Reader(), 10, 0, INT64_MAX);
  EXPECT_THAT(samples, Contains(Field(&SampleWindow::name, "process:resident_bytes")));
  store_->EndRead();
}

TEST_F(Collecting, AfterAWindowWithoutWorkItSleepsUntilThereIsSome) {
  Do("tool:a");
  events_.AdvanceMs(11'000);
  Written();
  // The next window has nothing but our own looking.
  events_.AdvanceMs(10'000);
  Written();
  const std::int64_t slept_ms = collector_.written_ms();
  events_.AdvanceMs(3'600'000);
  executor_.RunPosted();
  EXPECT_EQ(collector_.written_ms(), slept_ms);
  Do("tool:a");
  events_.AdvanceMs(11'000);
  Written();
  EXPECT_EQ(Windows().size(), 2);
}

TEST_F(Collecting, TheEndWritesDownWhatThereIs) {
  Do("tool:a");
  collector_.Close();
  Written();
  EXPECT_EQ(Windows().size(), 1);
}

TEST_F(Collecting, WhoHasDoneNothingWritesNothingAtTheEnd) {
  collector_.Close();
  executor_.RunPosted();
  EXPECT_EQ(collector_.written_ms(), 0);
}

TEST_F(Collecting, ItLooksOnUntilNoAlertIsOpenButNotForEver) {
  alert_open_ = true;
  Do("tool:a");
  for (int i = 0; i < Collector::kMostIdleWindows + 1; ++i) {
    events_.AdvanceMs(10'000 + (i == 0 ? 1'000 : 0));
    Written();
  }
  const std::int64_t slept_ms = collector_.written_ms();
  events_.AdvanceMs(3'600'000);
  executor_.RunPosted();
  EXPECT_EQ(collector_.written_ms(), slept_ms);
}

TEST_F(Collecting, WhatTheLastWriteHasCausedIsOfTheTimeWhenItWas) {
  const auto groups = [&](std::int64_t from_ms, std::int64_t to_ms) {
    store_->EndRead();
    std::uint64_t count = 0;
    for (const Window& window : ReadWindows(store_->Reader(), 10, from_ms, to_ms, "store:group")) {
      count += window.values.count();
    }
    store_->EndRead();
    return count;
  };
  const auto record = [&] { collector_.recorder().Record(Recorder::Thread::kStore, Operation::kStoreGroup, 1); };
  Do("tool:a");
  events_.AdvanceMs(11'000);
  Written();
  record();
  events_.AdvanceMs(9'000);
  Written();
  // Which it comes to rest with.
  record();
  events_.AdvanceMs(1'000);
  const std::int64_t rest_ms = clock_.WallMs();
  events_.AdvanceMs(3'600'000);
  Do("tool:a");
  events_.AdvanceMs(11'000);
  Written();
  EXPECT_EQ(groups(0, rest_ms), 2);
  EXPECT_EQ(groups(rest_ms, INT64_MAX), 0);
}

TEST_F(Collecting, AWindowOnItsWayIsSeenOnceAndOnlyOnce) {
  const auto seen = [&] {
    store_->EndRead();
    store::Database& database = store_->Reader();
    std::uint64_t count = 0;
    for (const Recorded& one : collector_.Live(database)) count += one.operation == "tool:a" ? one.values.count() : 0;
    for (const Window& window : ReadWindows(database, 10, 0, INT64_MAX, "tool:a")) count += window.values.count();
    store_->EndRead();
    return count;
  };
  Do("tool:a");
  Do("tool:a");
  EXPECT_EQ(seen(), 2);
  events_.AdvanceMs(11'000);
  // Whether or not the store's thread has come to it: what it posts has not been run.
  for (int i = 0; i < 100; ++i) EXPECT_EQ(seen(), 2);
  Written();
  EXPECT_EQ(seen(), 2);
}

TEST(CollectingInVain, WhatCouldNotBeWrittenGoesWithTheNextWindow) {
  TempDirectory directory;
  ManualClock clock;
  clock.AdvanceMs(10'000 - clock.WallMs() % 10'000);
  ManualExecutor executor;
  ManualEvents events(clock, executor);
  // Where the database's directory should be there is a file.
  std::ofstream(directory / "data") << "in the way";
  Collector collector({.clock = clock, .events = events, .pid = 42});
  store::Store store({.path = directory / "data" + "/skep.db"}, clock, executor);
  collector.Attach(store);
  const Operation operation = collector.recorder().Register("tool:a");
  const auto window = [&] {
    collector.recorder().Record(Recorder::Thread::kLoop, operation, 100);
    collector.NoteWork();
    events.AdvanceMs(10'500);
  };
  const std::int64_t start_ms = clock.WallMs();
  window();
  window();
  // Both have failed: the first is lost.
  ASSERT_TRUE(executor.RunUntil([&] { return collector.lost_windows() == 1; }));
  std::filesystem::remove(directory / "data");
  window();
  ASSERT_TRUE(executor.RunUntil([&] { return collector.written_ms() != 0; }));
  EXPECT_EQ(collector.lost_windows(), 1);
  const auto windows = ReadWindows(store.Reader(), 10, 0, INT64_MAX, "tool:");
  ASSERT_EQ(windows.size(), 2);
  EXPECT_EQ(windows[0].start_ms, start_ms + 10'000);
  EXPECT_EQ(windows[1].start_ms, start_ms + 20'000);
  store.EndRead();
  collector.Close();
}

TEST_F(Collecting, WhatOthersAddToTheGaugesIsLookedAtWithThem) {
  collector_.AddGauges([](const Gauges& to) { to("calls:waiting", 7); });
  std::vector<std::string> names;
  collector_.ReadGauges([&](std::string_view name, double value) {
    if (name == "calls:waiting") {
      EXPECT_EQ(value, 7);
    }
    names.emplace_back(name);
  });
  EXPECT_THAT(names, Contains("calls:waiting"));
  EXPECT_THAT(names, Contains("process:open_files"));
  EXPECT_THAT(names, Contains("cache:hits"));
}

}  // namespace
}  // namespace skep::metrics
