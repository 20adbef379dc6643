#include "store/write_lock.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "harness.h"

namespace skep::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kLong = 60'000;

/// Whether someone is waiting for the lock: then the gate before it is taken.
bool SomeoneWaits(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  struct flock gate{};
  gate.l_type = F_WRLCK;
  gate.l_whence = SEEK_SET;
  gate.l_len = 1;
  const bool taken = ::fcntl(file, F_OFD_SETLK, &gate) != 0;
  ::close(file);
  return taken;
}

TEST(WriteLock, ExcludesEveryOtherUntilItIsLetGo) {
  const TempDirectory directory;
  WriteLock one(directory / "db");
  WriteLock other(directory / "db");
  {
    const auto held = one.Acquire(0);
    ASSERT_TRUE(held);
    EXPECT_FALSE(other.Acquire(0));
  }
  EXPECT_TRUE(other.Acquire(0));
}

TEST(WriteLock, AWaitHasAnEndAndNamesTheHolder) {
  const TempDirectory directory;
  WriteLock one(directory / "db");
  const auto held = one.Acquire(0);
  WriteLock other(directory / "db");
  for (const std::int64_t wait_ms : {0, 1, 30}) {
    const auto refused = other.Acquire(wait_ms);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("process " + std::to_string(getpid())));
    EXPECT_THAT(refused.error().message, HasSubstr(other.path()));
  }
  EXPECT_FALSE(SomeoneWaits(other.path()));
}

TEST(WriteLock, IsFreedWhenItsHolderIsKilled) {
  const TempDirectory directory;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  Child holder([&] {
    WriteLock lock(directory / "db");
    const auto held = lock.Acquire(0);
    if (write(ready[1], "x", 1) != 1) _exit(1);
    pause();
  });
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);

  WriteLock lock(directory / "db");
  const auto refused = lock.Acquire(0);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("process " + std::to_string(holder.pid())));
  std::thread killer([&] {
    while (!SomeoneWaits(lock.path())) std::this_thread::yield();
    holder.Kill();
  });
  EXPECT_TRUE(lock.Acquire(kLong));
  killer.join();
  close(ready[0]);
  close(ready[1]);
}

TEST(WriteLock, WhoeverHasWaitedGoesBeforeWhoeverHasJustReleased) {
  const TempDirectory directory;
  WriteLock busy(directory / "db");
  std::optional<WriteLock::Held> held = *busy.Acquire(0);
  std::mutex mutex;
  std::vector<std::string> order;
  std::thread patient([&] {
    WriteLock lock(directory / "db");
    const auto mine = lock.Acquire(kLong);
    const std::lock_guard guard(mutex);
    order.emplace_back("patient");
  });
  while (!SomeoneWaits(busy.path())) std::this_thread::yield();
  held.reset();
  held = *busy.Acquire(kLong);
  {
    const std::lock_guard guard(mutex);
    order.emplace_back("busy");
  }
  held.reset();
  patient.join();
  EXPECT_THAT(order, ElementsAre("patient", "busy"));
}

TEST(WriteLock, ADeletedFileIsMadeAnew) {
  const TempDirectory directory;
  WriteLock one(directory / "db");
  WriteLock other(directory / "db");
  ASSERT_TRUE(one.Acquire(0));
  std::filesystem::remove(one.path());
  const auto held = one.Acquire(0);
  ASSERT_TRUE(held);
  EXPECT_FALSE(other.Acquire(0));
}

TEST(WriteLock, SaysWhyItsFileCannotBeHad) {
  const TempDirectory directory;
  WriteLock lock(directory / "no/such/db");
  const auto refused = lock.Acquire(0);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("no/such/db.lock: No such file or directory"));
}

TEST(WriteLock, LeavesTheSignalsOfTheThreadAsTheyWere) {
  const TempDirectory directory;
  WriteLock one(directory / "db");
  const auto held = one.Acquire(0);
  sigset_t all;
  sigset_t before;
  sigset_t after;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  WriteLock other(directory / "db");
  EXPECT_FALSE(other.Acquire(20));
  pthread_sigmask(SIG_SETMASK, &before, &after);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) EXPECT_EQ(sigismember(&after, number), 1);
}

}  // namespace
}  // namespace skep::store
