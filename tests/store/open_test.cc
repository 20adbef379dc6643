#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "harness.h"
#include "store/database.h"
#include "store/schema.h"
#include "store/write_lock.h"

namespace skep::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Mode = Database::Mode;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

unsigned Permissions(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

/// Another program's way to the file.
void RunSql(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

/// Opening is refused for a reason that names the file, and the file stays as it is.
void ExpectRefused(const std::string& path, ErrorCode code, const std::string& reason) {
  const std::string before = Contents(path);
  for (const Mode mode : {Mode::kReadWrite, Mode::kReadOnly}) {
    const auto database = Database::Open(path, mode);
    ASSERT_FALSE(database);
    EXPECT_EQ(database.error().code, code);
    EXPECT_THAT(database.error().message, AllOf(HasSubstr(path), HasSubstr(reason)));
    EXPECT_TRUE(Contents(path) == before) << "the file was changed";
  }
}

TEST(DatabaseOpen, MakesTheDatabaseAndItsDirectoriesForTheirOwnerOnly) {
  const TempDirectory directory;
  const mode_t mask = umask(0);
  const auto database = Database::Open(directory / "a/b/skep.db", Mode::kReadWrite);
  umask(mask);
  ASSERT_TRUE(database);
  EXPECT_EQ(Permissions(directory / "a"), 0700U);
  EXPECT_EQ(Permissions(directory / "a/b"), 0700U);
  for (const char* file : {"skep.db", "skep.db-wal", "skep.db-shm", "skep.db.lock"}) {
    EXPECT_EQ(Permissions(directory / "a/b/" + file), 0600U) << file;
  }
}

TEST(DatabaseOpen, FindsWhatWasThere) {
  const TempDirectory directory;
  (*Database::Open(directory / "db", Mode::kReadWrite))->Execute(kPut, "name", "value");
  EXPECT_EQ(Get(**Database::Open(directory / "db", Mode::kReadWrite), "name"), "value");
  EXPECT_EQ(Get(**Database::Open(directory / "db", Mode::kReadOnly), "name"), "value");
}

TEST(DatabaseOpen, DoesNotWaitForAWriterWhenTheSchemaIsCurrent) {
  const TempDirectory directory;
  ASSERT_TRUE(Database::Open(directory / "db", Mode::kReadWrite));
  WriteLock lock(directory / "db");
  const auto held = lock.Acquire(0);
  EXPECT_TRUE(Database::Open(directory / "db", Mode::kReadWrite, {.lock_wait_ms = 0}));
  EXPECT_TRUE(Database::Open(directory / "db", Mode::kReadOnly, {.lock_wait_ms = 0}));
}

TEST(DatabaseOpen, WaitsItsTurnToMakeTheDatabase) {
  const TempDirectory directory;
  WriteLock lock(directory / "db");
  const auto held = lock.Acquire(0);
  const auto refused = Database::Open(directory / "db", Mode::kReadWrite, {.lock_wait_ms = 1});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("write lock"));
}

/// Processes that all begin to open the same new database at once.
void MakeAtOnce(const std::string& path) {
  int start[2];
  ASSERT_EQ(pipe(start), 0);
  constexpr int kProcesses = 8;
  std::vector<std::unique_ptr<Child>> children;
  children.reserve(kProcesses);
  for (int i = 0; i < kProcesses; ++i) {
    children.push_back(std::make_unique<Child>([&, i] {
      close(start[1]);
      char byte = 0;
      if (read(start[0], &byte, 1) != 0) _exit(2);
      auto database = Database::Open(path, Mode::kReadWrite);
      if (!database) _exit(3);
      (*database)->Execute(kPut, std::to_string(i), "x");
      _exit((*database)->error() ? 4 : 0);
    }));
  }
  close(start[0]);
  close(start[1]);
  for (const auto& child : children) EXPECT_EQ(child->Wait(), 0);
  EXPECT_EQ(Count(**Database::Open(path, Mode::kReadOnly)), kProcesses);
}

/// Several rounds: a moment in which a half-read header looked like another program's came up in one of some ten.
TEST(DatabaseOpen, ManyProcessesMayMakeItAtOnce) {
  const TempDirectory directory;
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) MakeAtOnce(directory / name + "/db");
}

TEST(DatabaseOpen, RestoresTheLogThatAnotherProgramTurnedOff) {
  const TempDirectory directory;
  (*Database::Open(directory / "db", Mode::kReadWrite))->Execute(kPut, "name", "value");
  RunSql(directory / "db", "PRAGMA journal_mode = DELETE");
  const auto database = Database::Open(directory / "db", Mode::kReadWrite);
  ASSERT_TRUE(database);
  EXPECT_EQ(Get(**database, "name"), "value");
  EXPECT_EQ(*ReadSchema(**database), SchemaState::kCurrent);
}

TEST(DatabaseOpen, RefusesTheDatabaseOfANewerSkep) {
  const TempDirectory directory;
  ASSERT_TRUE(Database::Open(directory / "db", Mode::kReadWrite));
  RunSql(directory / "db", "PRAGMA user_version = 1000; PRAGMA wal_checkpoint(TRUNCATE)");
  ExpectRefused(directory / "db", ErrorCode::kCorrupt,
                "was written by a newer skep (schema 1000, this one knows " + std::to_string(CurrentSchema()) +
                    "): upgrade skep");
}

TEST(DatabaseOpen, RefusesTheDatabaseOfAnotherProgram) {
  const TempDirectory directory;
  RunSql(directory / "plain", "CREATE TABLE theirs (x)");
  ExpectRefused(directory / "plain", ErrorCode::kCorrupt, "another program");
  RunSql(directory / "marked", "PRAGMA application_id = 7; PRAGMA user_version = 1");
  ExpectRefused(directory / "marked", ErrorCode::kCorrupt, "another program");
}

TEST(DatabaseOpen, RefusesWhatIsNotADatabase) {
  const TempDirectory directory;
  std::ofstream(directory / "db") << "Dear diary, this is not a database at all.";
  ExpectRefused(directory / "db", ErrorCode::kCorrupt, "is not a skep database");
}

TEST(DatabaseOpen, RefusesATruncatedDatabase) {
  const TempDirectory directory;
  ASSERT_TRUE(Database::Open(directory / "db", Mode::kReadWrite));
  RunSql(directory / "db", "PRAGMA wal_checkpoint(TRUNCATE)");
  std::filesystem::resize_file(directory / "db", 3 * 4096);
  ExpectRefused(directory / "db", ErrorCode::kCorrupt, "is damaged");
}

TEST(DatabaseOpen, RefusesAnEmptyFileWhoseLogIsNot) {
  const TempDirectory directory;
  ASSERT_TRUE(Database::Open(directory / "db", Mode::kReadWrite));
  std::filesystem::resize_file(directory / "db", 0);
  ExpectRefused(directory / "db", ErrorCode::kCorrupt, "db-wal");
  std::filesystem::remove(directory / "db");
  const auto database = Database::Open(directory / "db", Mode::kReadWrite);
  ASSERT_FALSE(database);
  EXPECT_FALSE(std::filesystem::exists(directory / "db"));
}

TEST(DatabaseOpen, SaysWhereADirectoryCannotBeMade) {
  const TempDirectory directory;
  std::ofstream(directory / "file") << "x";
  const auto database = Database::Open(directory / "file/skep/db", Mode::kReadWrite);
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(database.error().message, HasSubstr(directory / "file"));
}

/// Gives up root's rights, for which permissions do not count.
void BecomeNobody() {
  if (getuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(100);
}

TEST(DatabaseOpen, AReadOnlyDirectoryIsAnErrorThatSaysSo) {
  const TempDirectory directory;
  ASSERT_TRUE(Database::Open(directory / "old/db", Mode::kReadWrite));
  std::filesystem::create_directory(directory / "new");
  for (const char* name : {"old/db", "old/db-wal", "old/db-shm"}) chmod((directory / name).c_str(), 0444);
  for (const char* name : {"", "old", "new"}) chmod((directory / name).c_str(), 0555);
  const auto check = [&](const char* name) {
    Child child([&] {
      BecomeNobody();
      const auto database = Database::Open(directory / name, Mode::kReadWrite);
      if (!database) {
        const std::string& message = database.error().message;
        const bool clear =
            message.find("SKEP_HOME") != std::string::npos && message.find(directory.path()) != std::string::npos;
        _exit(clear ? 0 : 1);
      }
      (*database)->Execute(kPut, "name", "value");
      if (!(*database)->error()) _exit(2);
      _exit((*database)->error()->message.find("read-only") != std::string::npos ? 0 : 3);
    });
    return child.Wait();
  };
  EXPECT_EQ(check("new/db"), 0);
  EXPECT_EQ(check("new/more/db"), 0);
  EXPECT_EQ(check("old/db"), 0);
  for (const char* name : {"", "old", "new"}) chmod((directory / name).c_str(), 0755);
}

}  // namespace
}  // namespace skep::store
