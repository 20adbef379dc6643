#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness.h"
#include "store/store.h"

namespace skep::store {
namespace {

constexpr Sql kIntegrity{"PRAGMA integrity_check"};
constexpr Sql kRaise{
    "INSERT INTO meta (name, value) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"};

std::string Integrity(Database& database) {
  Cursor cursor = database.Query(kIntegrity);
  return cursor.Next() ? std::string(cursor.Text(0)) : "no answer";
}

/// Stores "<round>-<i>" without end, 50 at a time, and writes each i that was acknowledged to `acknowledged`.
void WriteUntilKilled(const std::string& path, int round, int acknowledged) {
  StoreProcess process(path);
  int in_flight = 0;
  for (int i = 0;; ++i) {
    ++in_flight;
    process.store().Submit(
        std::make_unique<Call>(Put(std::to_string(round) + "-" + std::to_string(i)), [&, i](Expected<void> outcome) {
          --in_flight;
          if (outcome && write(acknowledged, &i, sizeof i) != sizeof i) _exit(1);
        }));
    if (!process.executor().RunUntil([&] { return in_flight < 50; })) _exit(2);
  }
}

TEST(StoreCrash, EveryAcknowledgedKeyIsFoundAfterAKill) {
  const TempDirectory directory;
  for (int round = 0; round < 5; ++round) {
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(pipe(pipe_ends.data()), 0);
    std::vector<int> acknowledged;
    {
      Child child([&] { WriteUntilKilled(directory / "db", round, pipe_ends[1]); });
      close(pipe_ends[1]);
      int i = 0;
      const std::size_t enough = 200 + 37 * static_cast<std::size_t>(round);
      while (acknowledged.size() < enough && read(pipe_ends[0], &i, sizeof i) == sizeof i) acknowledged.push_back(i);
      child.Kill();
      while (read(pipe_ends[0], &i, sizeof i) == sizeof i) acknowledged.push_back(i);
      close(pipe_ends[0]);
      ASSERT_GE(acknowledged.size(), enough);
    }
    const auto database = *Database::Open(directory / "db", Database::Mode::kReadWrite);
    for (const int i : acknowledged) {
      ASSERT_TRUE(Get(*database, std::to_string(round) + "-" + std::to_string(i))) << round << "-" << i;
    }
    EXPECT_EQ(Integrity(*database), "ok");
  }
}

TEST(StoreCrash, ProcessesThatWriteAtOnceLoseNothing) {
  const TempDirectory directory;
  constexpr int kProcesses = 3;
  constexpr int kEach = 150;
  std::vector<std::unique_ptr<Child>> children;
  children.reserve(kProcesses);
  for (int p = 0; p < kProcesses; ++p) {
    children.push_back(std::make_unique<Child>([&, p] {
      // Large enough for several checkpoints and new logs.
      const std::string value(256 * 1024, static_cast<char>('a' + p));
      StoreProcess process(Options{.path = directory / "db", .fsync = false});
      int finished = 0;
      int failed = 0;
      for (int i = 0; i < kEach; ++i) {
        process.store().Submit(std::make_unique<Call>(
            [&, i](Database& database) {
              database.Execute(kRaise, "total");
              return Put(std::to_string(p) + "-" + std::to_string(i), value)(database);
            },
            [&](Expected<void> outcome) {
              ++finished;
              if (!outcome) ++failed;
            }));
        if (!process.executor().RunUntil([&] { return i - finished < 3; })) _exit(2);
      }
      process.Close();
      _exit(failed == 0 && finished == kEach ? 0 : 1);
    }));
  }
  for (const auto& child : children) EXPECT_EQ(child->Wait(), 0);
  const auto database = *Database::Open(directory / "db", Database::Mode::kReadOnly);
  EXPECT_EQ(Count(*database), kProcesses * kEach + 1);
  EXPECT_EQ(Get(*database, "total"), std::to_string(kProcesses * kEach));
  EXPECT_EQ(Integrity(*database), "ok");
}

TEST(StoreCrash, AReaderSeesWholeTransactionsWhileTheLogIsCopiedAndBegunAnew) {
  const TempDirectory directory;
  StoreProcess process(Options{.path = directory / "db", .fsync = false});
  ASSERT_TRUE(process.Do([](Database& database) -> Expected<void> {
    database.Execute(kPut, "left", "0");
    database.Execute(kPut, "right", "0");
    return {};
  }));
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    static constexpr Sql kBoth{
        "SELECT l.value, r.value FROM meta AS l, meta AS r WHERE l.name = 'left' AND r.name = 'right'"};
    const auto database = *Database::Open(directory / "db", Database::Mode::kReadOnly);
    std::int64_t last = 0;
    while (!stop) {
      Cursor cursor = database->Query(kBoth);
      ASSERT_TRUE(cursor.Next());
      ASSERT_EQ(cursor.Int(0), cursor.Int(1));
      ASSERT_GE(cursor.Int(0), last);
      last = cursor.Int(0);
    }
    EXPECT_FALSE(database->error());
  });
  for (int i = 1; i <= 120; ++i) {
    ASSERT_TRUE(process.Do([&](Database& database) -> Expected<void> {
      database.Execute(kPut, "left", i);
      database.Execute(kPut, "large", std::string(1 << 20, static_cast<char>('a' + i % 26)));
      database.Execute(kPut, "right", i);
      return {};
    }));
  }
  stop = true;
  reader.join();
}

/// What a child reports when an expectation of its own does not hold.
#define CHILD_EXPECT(condition) \
  if (!(condition)) _exit(__LINE__ % 200 + 10)

TEST(StoreCrash, AFullDiskIsAnErrorAndTheSessionGoesOn) {
  const TempDirectory directory;
  Child child([&] {
    // The limit of a file's size stands for the disk's: the same system call fails, and nothing is written.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t before = limit.rlim_cur;

    StoreProcess process(directory / "db");
    CHILD_EXPECT(process.Do(Put("before")));
    limit.rlim_cur = 512 * 1024;
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto refused = process.Do(Put("large", std::string(1 << 20, 'x')));
    CHILD_EXPECT(!refused);
    CHILD_EXPECT(refused.error().code == ErrorCode::kUnavailable);
    CHILD_EXPECT(refused.error().message.find("File too large") != std::string::npos);
    CHILD_EXPECT(refused.error().message.find(directory.path()) != std::string::npos);
    CHILD_EXPECT(process.Read("before"));
    CHILD_EXPECT(!process.Read("large"));
    CHILD_EXPECT(process.Do(Put("small")));

    limit.rlim_cur = before;
    setrlimit(RLIMIT_FSIZE, &limit);
    CHILD_EXPECT(process.Do(Put("large", std::string(1 << 20, 'x'))));
    CHILD_EXPECT(process.Rows() == 3);
  });
  EXPECT_EQ(child.Wait(), 0);
  const auto database = *Database::Open(directory / "db", Database::Mode::kReadOnly);
  EXPECT_EQ(Count(*database), 3);
  EXPECT_EQ(Integrity(*database), "ok");
}

TEST(StoreCrash, ADamagedPageIsAnErrorAndTheSessionGoesOn) {
  const TempDirectory directory;
  {
    StoreProcess process(directory / "db");
    EXPECT_TRUE(process.Do(Put("damaged", std::string(2 << 20, 'x'))));
    EXPECT_TRUE(process.Do(Put("fine")));
  }
  {
    // Somewhere in the chain of pages that hold the large value; the log is empty by now.
    FILE* file = fopen((directory / "db").c_str(), "r+");
    ASSERT_NE(file, nullptr);
    fseek(file, 200 * 4096, SEEK_SET);
    const std::string rubbish(100 * 4096, '\xff');
    fwrite(rubbish.data(), 1, rubbish.size(), file);
    fclose(file);
  }
  StoreProcess process(directory / "db");
  Database& reader = process.store().Reader();
  EXPECT_NE(Get(reader, "damaged"), std::string(2 << 20, 'x'));
  ASSERT_TRUE(reader.error());
  EXPECT_EQ(reader.error()->code, ErrorCode::kCorrupt);
  EXPECT_THAT(reader.error()->message, testing::HasSubstr(".recover"));
  process.store().EndRead();
  EXPECT_EQ(process.Read("fine"), "x");
}

}  // namespace
}  // namespace skep::store
