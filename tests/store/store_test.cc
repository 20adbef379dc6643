#include "store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness.h"
#include "store/write_lock.h"

namespace skep::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Holds the store's thread back until it is let go, so that a group gathers behind it.
class Gate {
 public:
  Call::Work Wait() {
    return [this](Database&) -> Expected<void> {
      open_.wait(false);
      return {};
    };
  }
  void Open() {
    open_ = true;
    open_.notify_all();
  }

 private:
  std::atomic<bool> open_ = false;
};

TEST(Store, WhatWasAcknowledgedIsSeenByTheNextRead) {
  const TempDirectory directory;
  StoreProcess process(directory / "project/skep.db");
  EXPECT_TRUE(process.Do(Put("name", "value")));
  EXPECT_EQ(process.Read("name"), "value");
  EXPECT_EQ(process.store().path(), directory / "project/skep.db");
}

TEST(Store, WhatWasAcknowledgedIsThereAfterReopening) {
  const TempDirectory directory;
  for (const bool fsync : {true, false}) {
    const std::string name = fsync ? "synced" : "not synced";
    StoreProcess process(Options{.path = directory / "db", .fsync = fsync});
    EXPECT_TRUE(process.Do(Put(name)));
  }
  StoreProcess process(directory / "db");
  EXPECT_EQ(process.Rows(), 2);
}

TEST(Store, OperationsTakeEffectInTheirOrderAndFinishInIt) {
  const TempDirectory directory;
  StoreProcess process(directory / "db");
  constexpr int kOperations = 3 * limits::kMaxStoreBatch;
  std::vector<int> ran;
  std::vector<int> finished;
  for (int i = 0; i < kOperations; ++i) {
    process.store().Submit(std::make_unique<Call>(
        [&ran, i](Database& database) {
          ran.push_back(i);
          return Put("last", std::to_string(i))(database);
        },
        [&finished, i](auto) { finished.push_back(i); }));
  }
  ASSERT_TRUE(process.executor().RunUntil([&] { return finished.size() == kOperations; }));
  EXPECT_TRUE(std::ranges::is_sorted(ran));
  EXPECT_TRUE(std::ranges::is_sorted(finished));
  EXPECT_EQ(ran.size(), finished.size());
  EXPECT_EQ(process.Read("last"), std::to_string(kOperations - 1));
}

TEST(Store, WhatQueuesDuringACommitSharesTheNextOne) {
  const TempDirectory directory;
  StoreProcess process(directory / "db");
  Gate gate;
  process.store().Submit(std::make_unique<Call>(gate.Wait()));
  int alone = 0;
  std::int64_t seen_before = -1;
  int finished = 0;
  for (int i = 0; i < 100; ++i) {
    process.store().Submit(std::make_unique<Call>(
        [&, i, reader = std::shared_ptr<Database>()](Database& database) mutable {
          // Were they in transactions of their own, another connection would see those before.
          reader = *Database::Open(database.path(), Database::Mode::kReadOnly);
          if (seen_before == -1) seen_before = Count(*reader);
          if (Count(*reader) != seen_before) ++alone;
          return Put(std::to_string(i))(database);
        },
        [&](auto) { ++finished; }));
  }
  gate.Open();
  ASSERT_TRUE(process.executor().RunUntil([&] { return finished == 100; }));
  EXPECT_EQ(alone, 0);
  EXPECT_EQ(process.Rows(), 100);
}

TEST(Store, OneThatFailsDoesNotSinkItsNeighbours) {
  const TempDirectory directory;
  StoreProcess process(directory / "db");
  Gate gate;
  process.store().Submit(std::make_unique<Call>(gate.Wait()));
  std::vector<std::string> outcomes;
  const auto submit = [&](Call::Work work) {
    process.store().Submit(std::make_unique<Call>(std::move(work), [&](Expected<void> outcome) {
      outcomes.push_back(outcome ? "ok" : outcome.error().message);
    }));
  };
  submit(Put("a"));
  submit([](Database& database) -> Expected<void> {
    database.Execute(kPut, "b", "x");
    return Fail(ErrorCode::kConflict, "refused");
  });
  submit(Put("c"));
  gate.Open();
  ASSERT_TRUE(process.executor().RunUntil([&] { return outcomes.size() == 3; }));
  EXPECT_THAT(outcomes, ElementsAre("ok", "refused", "ok"));
  EXPECT_EQ(process.Rows(), 2);
}

TEST(Store, AReadSeesOneStateUntilItEnds) {
  const TempDirectory directory;
  StoreProcess process(directory / "db");
  EXPECT_TRUE(process.Do(Put("name", "old")));
  Database& reader = process.store().Reader();
  EXPECT_TRUE(process.Do(Put("name", "new")));
  EXPECT_EQ(Get(reader, "name"), "old");
  EXPECT_EQ(Get(process.store().Reader(), "name"), "old");
  process.store().EndRead();
  EXPECT_EQ(Get(process.store().Reader(), "name"), "new");
  process.store().EndRead();
  process.store().EndRead();
}

TEST(Store, AnErrorOfOneReadIsGoneInTheNext) {
  static constexpr Sql kBroken{"SELECT nothing FROM nowhere"};
  const TempDirectory directory;
  StoreProcess process(directory / "db");
  EXPECT_FALSE(process.store().Reader().Query(kBroken).Next());
  EXPECT_TRUE(process.store().Reader().error());
  process.store().EndRead();
  EXPECT_FALSE(process.store().Reader().error());
  process.store().EndRead();
}

TEST(Store, ADatabaseThatCannotBeOpenedIsTheAnswerUntilItCan) {
  const TempDirectory directory;
  std::ofstream(directory / "db") << "this is not a database, and longer than a header would be if it were one";
  StoreProcess process(directory / "db");
  const auto refused = process.Do(Put("name"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(refused.error().message, HasSubstr("move it away"));
  Database& unopened = process.store().Reader();
  EXPECT_EQ(Get(unopened, "name"), std::nullopt);
  ASSERT_TRUE(unopened.error());
  EXPECT_EQ(unopened.error()->message, refused.error().message);
  process.store().EndRead();

  std::filesystem::remove(directory / "db");
  EXPECT_EQ(process.Read("name"), std::nullopt);
  EXPECT_FALSE(process.store().Reader().error()) << "a read tries again, too";
  process.store().EndRead();
  EXPECT_TRUE(process.Do(Put("name", "value")));
  EXPECT_EQ(process.Read("name"), "value");
}

TEST(Store, ADatabaseThatWasDeletedIsBegunAnew) {
  const TempDirectory directory;
  StoreProcess process(directory / "project/db");
  EXPECT_TRUE(process.Do(Put("old")));
  EXPECT_EQ(process.Read("old"), "x");
  std::filesystem::remove_all(directory / "project");
  EXPECT_TRUE(process.Do(Put("new")));
  EXPECT_EQ(process.Read("old"), std::nullopt);
  EXPECT_EQ(process.Read("new"), "x");
  EXPECT_EQ(Count(**Database::Open(directory / "project/db", Database::Mode::kReadOnly)), 1);
}

TEST(Store, ALockHeldTooLongIsAnErrorAndTheSessionGoesOn) {
  const TempDirectory directory;
  StoreProcess process(Options{.path = directory / "db", .lock_wait_ms = 1});
  EXPECT_TRUE(process.Do(Put("name", "value")));
  WriteLock lock(directory / "db");
  {
    const auto held = lock.Acquire(limits::kLockWaitMs);
    const auto refused = process.Do(Put("name", "other"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("has held the write lock"));
    EXPECT_EQ(process.Read("name"), "value") << "reading waits for nobody";
  }
  EXPECT_TRUE(process.Do(Put("name", "other")));
}

TEST(Store, ClosingCommitsWhatWasSubmittedAndFinishesItHere) {
  const TempDirectory directory;
  const auto here = std::this_thread::get_id();
  int finished = 0;
  {
    StoreProcess process(directory / "db");
    for (int i = 0; i < 100; ++i) {
      process.store().Submit(std::make_unique<Call>(Put(std::to_string(i)), [&](Expected<void> outcome) {
        EXPECT_TRUE(outcome);
        EXPECT_EQ(std::this_thread::get_id(), here);
        ++finished;
      }));
    }
    process.Close();
    EXPECT_EQ(finished, 100);
    process.executor().RunPosted();
    EXPECT_EQ(finished, 100);
  }
  StoreProcess process(directory / "db");
  EXPECT_EQ(process.Rows(), 100);
}

TEST(Store, WhatIsSubmittedByWhatFinishesAtTheEndIsRefused) {
  const TempDirectory directory;
  StoreProcess process(directory / "db");
  Store& store = process.store();
  std::optional<Expected<void>> late;
  store.Submit(std::make_unique<Call>(Put("a"), [&](auto) {
    store.Submit(std::make_unique<Call>(Put("b"), [&](auto outcome) { late = std::move(outcome); }));
  }));
  process.Close();
  ASSERT_TRUE(late);
  EXPECT_FALSE(*late);
}

TEST(Store, ManyThreadsMaySubmit) {
  const TempDirectory directory;
  StoreProcess process(directory / "db");
  constexpr int kThreads = 4;
  constexpr int kEach = 200;
  std::atomic<int> finished = 0;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        process.store().Submit(std::make_unique<Call>(Put(std::to_string(t) + "-" + std::to_string(i)),
                                                      [&](Expected<void> outcome) { finished += outcome ? 1 : 0; }));
      }
    });
  }
  ASSERT_TRUE(process.executor().RunUntil([&] { return finished == kThreads * kEach; }));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(process.Rows(), kThreads * kEach);
}

TEST(StoreMaintenance, RunsWhenItIsQuietUntilThereIsNoMoreToDo) {
  const TempDirectory directory;
  std::atomic<int> runs = 0;
  Options options{.path = directory / "db"};
  options.maintenance = [&](Database& database) {
    EXPECT_TRUE(database.in_transaction());
    database.Execute(kPut, "maintained", ++runs);
    return runs < 3;
  };
  StoreProcess process(std::move(options));
  while (runs < 3) std::this_thread::yield();
  // The next operation comes after the third run, which was the last one.
  EXPECT_TRUE(process.Do([](Database&) -> Expected<void> { return {}; }));
  EXPECT_EQ(process.Read("maintained"), "3");
}

TEST(StoreMaintenance, DoesNotWaitForQuietForEver) {
  const TempDirectory directory;
  std::atomic<int> runs = 0;
  Options options{.path = directory / "db"};
  options.maintenance = [&](Database&) {
    ++runs;
    return false;
  };
  const ManualClock clock;
  StoreProcess process(std::move(options), clock);
  Gate gate;
  process.store().Submit(std::make_unique<Call>(gate.Wait()));
  int runs_at_last = 0;
  int finished = 0;
  constexpr int kOperations = 2 * limits::kMaintenanceEvery + 1;
  for (int i = 0; i < kOperations; ++i) {
    process.store().Submit(std::make_unique<Call>(
        [&, i](Database& database) {
          if (i == kOperations - 1) runs_at_last = runs;
          return Put(std::to_string(i))(database);
        },
        [&](auto) { ++finished; }));
  }
  const int runs_before = runs;
  gate.Open();
  ASSERT_TRUE(process.executor().RunUntil([&] { return finished == kOperations; }));
  EXPECT_GE(runs_at_last, runs_before + 1);
}

TEST(StoreMaintenance, AFailureUndoesItAndIsNoOneElsesError) {
  static constexpr Sql kBroken{"SELECT nothing FROM nowhere"};
  const TempDirectory directory;
  std::atomic<int> runs = 0;
  Options options{.path = directory / "db"};
  options.maintenance = [&](Database& database) {
    database.Execute(kPut, "maintained", "x");
    database.Execute(kBroken);
    ++runs;
    return true;
  };
  StoreProcess process(std::move(options));
  while (runs == 0) std::this_thread::yield();
  EXPECT_TRUE(process.Do(Put("name", "value")));
  EXPECT_EQ(process.Read("maintained"), std::nullopt);
}

TEST(StoreMaintenance, RunsBeforeAProcessThatHasWrittenEnds) {
  const TempDirectory directory;
  std::atomic<bool> written = false;
  std::atomic<int> runs_after = 0;
  Options options{.path = directory / "db"};
  options.maintenance = [&](Database&) {
    if (written) ++runs_after;
    return false;
  };
  StoreProcess process(std::move(options));
  process.store().Submit(std::make_unique<Call>([&](Database& database) {
    written = true;
    return Put("name")(database);
  }));
  process.Close();
  EXPECT_GE(runs_after, 1);
}

TEST(StoreCheckpoint, ACleanExitAfterMuchWritingLeavesAnEmptyLog) {
  const TempDirectory directory;
  {
    StoreProcess process(directory / "db");
    EXPECT_TRUE(process.Do(Put("large", std::string(2 << 20, 'x'))));
    EXPECT_EQ(process.Rows(), 1);
  }
  EXPECT_EQ(std::filesystem::file_size(directory / "db-wal"), 0U);
  EXPECT_EQ(Count(**Database::Open(directory / "db", Database::Mode::kReadOnly)), 1);
}

TEST(StoreCheckpoint, TheLogStaysInProportionWhileReadersRead) {
  const TempDirectory directory;
  StoreProcess process(Options{.path = directory / "db", .fsync = false});
  // 250 values of 1 MiB, six times what the log may hold; after every third, a read is open during the next one.
  for (int i = 0; i < 250; ++i) {
    if (i % 3 == 0) process.store().Reader();
    ASSERT_TRUE(process.Do(Put("large", std::string(1 << 20, static_cast<char>('a' + i % 26)))));
    process.store().EndRead();
  }
  const auto most = static_cast<std::uintmax_t>(limits::kCheckpointPages) * 4096 * 2;
  EXPECT_LT(std::filesystem::file_size(directory / "db-wal"), most);
  EXPECT_EQ(process.Read("large"), std::string(1 << 20, 'p'));
}

/// Reads through the cache, as retrieving does.
std::string ReadCached(StoreProcess& process, const std::string& name) {
  Cache& cache = process.store().cache();
  if (const auto entry = cache.Find(name)) return entry->value;
  auto entry = std::make_shared<Entry>();
  entry->value = Get(process.store().Reader(), name).value_or("");
  cache.Insert(name, entry);
  process.store().EndRead();
  return entry->value;
}

Call::Work PutTouched(std::string name, std::string value) {
  return [name = std::move(name), value = std::move(value)](Database& database) {
    database.Touch(name);
    return Put(name, value)(database);
  };
}

TEST(StoreCache, ServesWhatHasNotChangedSinceAndNothingElse) {
  const TempDirectory directory;
  StoreProcess one(directory / "db");
  EXPECT_TRUE(one.Do(PutTouched("a", "1")));
  EXPECT_TRUE(one.Do(PutTouched("b", "1")));
  EXPECT_EQ(ReadCached(one, "a"), "1");
  EXPECT_EQ(ReadCached(one, "b"), "1");
  EXPECT_EQ(ReadCached(one, "a"), "1");
  EXPECT_EQ(one.store().cache().stats().hits, 1U);

  EXPECT_TRUE(one.Do(PutTouched("a", "2")));
  EXPECT_EQ(ReadCached(one, "b"), "1");
  EXPECT_EQ(one.store().cache().stats().hits, 2U) << "our own commit spares what it did not touch";
  EXPECT_EQ(ReadCached(one, "a"), "2");
}

TEST(StoreCache, SeesWhatAnotherProcessHasWritten) {
  const TempDirectory directory;
  StoreProcess one(directory / "db");
  StoreProcess other(directory / "db");
  const auto stranger = *Database::Open(directory / "db", Database::Mode::kReadWrite);
  for (int i = 0; i < 100; ++i) {
    const std::string value = std::to_string(i);
    EXPECT_TRUE((i % 2 == 0 ? one : other).Do(PutTouched("a", value)));
    EXPECT_EQ(ReadCached(one, "a"), value);
    EXPECT_EQ(ReadCached(other, "a"), value);
    EXPECT_EQ(ReadCached(one, "a"), value);
    if (i % 10 == 0) {
      stranger->Execute(kPut, "a", "strange");
      EXPECT_EQ(ReadCached(one, "a"), "strange");
      EXPECT_EQ(ReadCached(other, "a"), "strange");
    }
  }
  EXPECT_GT(one.store().cache().stats().hits, 0U);
}

TEST(StoreCache, SeesACommitOfAnotherProcessAtOnce) {
  const TempDirectory directory;
  int ask[2];
  int answer[2];
  ASSERT_EQ(pipe(ask), 0);
  ASSERT_EQ(pipe(answer), 0);
  Child other([&] {
    close(ask[1]);
    StoreProcess process(directory / "db");
    char value = 0;
    while (read(ask[0], &value, 1) == 1) {
      if (!process.Do(PutTouched("a", std::string(1, value)))) _exit(1);
      if (write(answer[1], &value, 1) != 1) _exit(2);
    }
  });
  close(ask[0]);
  StoreProcess one(directory / "db");
  for (char value = 'a'; value <= 'z'; ++value) {
    ASSERT_EQ(write(ask[1], &value, 1), 1);
    char done = 0;
    ASSERT_EQ(read(answer[0], &done, 1), 1);
    EXPECT_EQ(ReadCached(one, "a"), std::string(1, value));
    EXPECT_EQ(ReadCached(one, "a"), std::string(1, value));
  }
  EXPECT_EQ(one.store().cache().stats().hits, 26U);
  for (const int fd : {ask[1], answer[0], answer[1]}) close(fd);
  EXPECT_EQ(other.Wait(), 0);
}

TEST(StoreCache, NeverGoesBackWhileTwoStoresWrite) {
  const TempDirectory directory;
  int in_flight = 0;  // outlives the store, which finishes the last ones when it goes
  StoreProcess one(Options{.path = directory / "db", .fsync = false});
  EXPECT_TRUE(one.Do(PutTouched("a", "1")));
  std::atomic<bool> stop = false;
  std::thread other_process([&] {
    StoreProcess other(Options{.path = directory / "db", .fsync = false});
    static constexpr Sql kRaise{"UPDATE meta SET value = value + 1 WHERE name = ?1"};
    while (!stop) {
      EXPECT_TRUE(other.Do([](Database& database) -> Expected<void> {
        database.Execute(kRaise, "a");
        database.Touch("a");
        return {};
      }));
    }
  });
  int last = 0;
  for (int i = 0; last < 300; ++i) {
    if (in_flight < 4) {
      ++in_flight;
      one.store().Submit(
          std::make_unique<Call>(PutTouched("b", std::to_string(i)), [&](Expected<void>) { --in_flight; }));
    }
    const int value = std::stoi(ReadCached(one, "a"));
    ASSERT_GE(value, last);
    last = value;
    one.executor().RunPosted();
  }
  stop = true;
  other_process.join();
  EXPECT_EQ(ReadCached(one, "a"), one.Read("a"));
}

}  // namespace
}  // namespace skep::store
