#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/printable.h"
#include "store/database.h"
#include "store/schema.h"
#include "store/sqlite/describe.h"
#include "store/write_lock.h"

namespace skep::store {
namespace {

/// Once for the process, before SQLite is first used: no counting of its memory, which takes a global lock at every
/// allocation.
void ConfigureLibrary() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

Expected<void> MakeDirectories(const std::filesystem::path& directory) {
  if (directory.empty() || ::access(directory.c_str(), F_OK) == 0) return {};
  if (auto made = MakeDirectories(directory.parent_path()); !made) return made;
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return std::unexpected(DescribeSystem("create the directory", directory.string(), errno));
  }
  return {};
}

/// Makes the empty file, so that it is readable for its owner only; SQLite gives its side files the same mode.
Expected<void> MakeFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    if (errno == EEXIST) return {};
    return std::unexpected(DescribeSystem("create", path, errno));
  }
  ::close(file);
  return {};
}

std::optional<struct stat> Stat(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

/// A database that is gone or was cut to nothing while its log was not: SQLite would make a new one and throw the log
/// away.
bool LogWithoutDatabase(const std::string& path) {
  const auto file = Stat(path);
  const auto log = Stat(path + "-wal");
  return (!file || file->st_size == 0) && log && log->st_size != 0;
}

std::string ReaderSettings() {
  return fmt::format("PRAGMA cache_size = -{}; PRAGMA temp_store = MEMORY", limits::kReaderPageCache / limits::kKiB);
}

/// secure_delete is on in Debian's build and would write zeros over what is deleted. The log is cut back to twice its
/// usual length after a transaction that made it grow beyond.
std::string WriterSettings(bool fsync) {
  constexpr std::size_t kPage = 4096;
  return fmt::format(
      "PRAGMA cache_size = -{}; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF; PRAGMA foreign_keys = ON; "
      "PRAGMA journal_size_limit = {}; PRAGMA synchronous = {}",
      limits::kWriterPageCache / limits::kKiB, 2 * kPage * limits::kCheckpointPages, fsync ? "FULL" : "NORMAL");
}

Expected<void> Configure(Database& database, Database::Mode mode, bool fsync) {
  sqlite3* handle = database.handle();
  sqlite3_busy_timeout(handle, limits::kBusyWaitMs);
  // Checkpoints happen under the write lock only, so never by themselves and never at closing.
  sqlite3_wal_autocheckpoint(handle, 0);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const std::string settings = mode == Database::Mode::kReadWrite ? WriterSettings(fsync) : ReaderSettings();
  errno = 0;
  const int code = sqlite3_exec(handle, settings.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(DescribeSqlite(handle, code, database.path(), settings.c_str()));
  return {};
}

}  // namespace

Expected<std::unique_ptr<Database>> Database::Open(const std::string& path, Mode mode, const OpenOptions& options) {
  // SQLite takes "file:…" for a URI.
  if (!path.starts_with('/')) return Open(std::filesystem::absolute(path).string(), mode, options);
  ConfigureLibrary();
  if (LogWithoutDatabase(path)) {
    return Fail(
        ErrorCode::kCorrupt,
        fmt::format("{0} is missing or empty, but its log {0}-wal is not: put the database back, or move the log "
                    "away to start afresh",
                    Printable(path)));
  }
  WriteLock lock(path);
  std::optional<WriteLock::Held> held;
  if (mode == Mode::kReadWrite && !Stat(path)) {
    if (auto made = MakeDirectories(std::filesystem::path(path).parent_path()); !made) {
      return std::unexpected(std::move(made.error()));
    }
    auto acquired = lock.Acquire(options.lock_wait_ms);
    if (!acquired) return std::unexpected(std::move(acquired.error()));
    held = std::move(*acquired);
    if (auto made = MakeFile(path); !made) return std::unexpected(std::move(made.error()));
  }
  sqlite3* handle = nullptr;
  errno = 0;
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (mode == Mode::kReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  // Also a handle that failed to open is closed by its owner.
  std::unique_ptr<Database> database(new Database(handle, path));
  if (code != SQLITE_OK) return std::unexpected(DescribeSqlite(handle, code, path, nullptr));
  if (auto configured = Configure(*database, mode, options.fsync); !configured) {
    return std::unexpected(std::move(configured.error()));
  }

  auto state = ReadSchema(*database);
  if (state && *state == SchemaState::kOld && mode == Mode::kReadWrite) {
    if (!held) {
      auto acquired = lock.Acquire(options.lock_wait_ms);
      if (!acquired) return std::unexpected(std::move(acquired.error()));
      held = std::move(*acquired);
    }
    state = Migrate(*database);
  }
  if (!state) return std::unexpected(std::move(state.error()));
  if (*state == SchemaState::kOld) {
    return Fail(ErrorCode::kUnavailable, path + " was written by an older skep and is not yet migrated");
  }
  return database;
}

}  // namespace skep::store
