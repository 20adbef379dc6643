#include "store/schema.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/printable.h"
#include "store/migrations.h"
#include "store/sqlite/describe.h"

namespace skep::store {
namespace {

/// "skep" in ASCII: tells our files from those of other programs.
constexpr std::int64_t kApplicationId = 0x736b6570;

std::int64_t One(Database& database, const Sql& sql) {
  Cursor cursor = database.Query(sql);
  return cursor.Next() ? cursor.Int(0) : 0;
}

Expected<void> Run(Database& database, const std::string& sql) {
  errno = 0;
  const int code = sqlite3_exec(database.handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  Error error = DescribeSqlite(database.handle(), code, database.path(), nullptr);
  if (database.in_transaction()) sqlite3_exec(database.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  return std::unexpected(std::move(error));
}

constexpr Sql kVersion{"PRAGMA user_version"};

std::unexpected<Error> TooNew(const Database& database, std::int64_t version) {
  return Fail(ErrorCode::kCorrupt,
              fmt::format("{} was written by a newer skep (schema {}, this one knows {}): upgrade skep",
                          Printable(database.path()), version, CurrentSchema()));
}

Expected<std::int64_t> ReadVersion(Database& database) {
  // One statement, so that all three are of the same moment: read one after the other while another process makes the
  // database, they look like another program's.
  static constexpr Sql kWhose{
      "SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_schema) "
      "FROM pragma_application_id AS a, pragma_user_version AS v"};
  std::int64_t application = 0;
  std::int64_t version = 0;
  std::int64_t tables = 0;
  if (Cursor row = database.Query(kWhose); row.Next()) {
    application = row.Int(0);
    version = row.Int(1);
    tables = row.Int(2);
  }
  const bool foreign = application != kApplicationId && (application != 0 || version != 0 || tables != 0);
  if (database.error()) return std::unexpected(*database.error());
  if (foreign) {
    return Fail(ErrorCode::kCorrupt, fmt::format("{} is the database of another program and is left as it is: move it "
                                                 "away, or use another directory (SKEP_HOME)",
                                                 Printable(database.path())));
  }
  if (version > CurrentSchema()) return TooNew(database, version);
  return version;
}

bool UsesLog(Database& database) {
  static constexpr Sql kJournal{"PRAGMA journal_mode"};
  Cursor cursor = database.Query(kJournal);
  return cursor.Next() && cursor.Text(0) == "wal";
}

}  // namespace

int CurrentSchema() { return static_cast<int>(Migrations().size()); }

Expected<SchemaState> ReadSchema(Database& database) {
  const auto version = ReadVersion(database);
  if (!version) return std::unexpected(version.error());
  // A database that someone copied or packed may have lost the write-ahead log: it needs to be brought up as well.
  const bool current = *version == CurrentSchema() && UsesLog(database);
  if (database.error()) return std::unexpected(*database.error());
  return current ? SchemaState::kCurrent : SchemaState::kOld;
}

Expected<void> CheckSchema(Database& database) {
  const std::int64_t version = One(database, kVersion);
  if (database.error()) return std::unexpected(*database.error());
  if (version > CurrentSchema()) return TooNew(database, version);
  return {};
}

Expected<SchemaState> Migrate(Database& database) {
  // Another process may have been here before the lock was ours.
  const auto version = ReadVersion(database);
  if (!version) return std::unexpected(version.error());
  if (!UsesLog(database)) {
    if (auto set = Run(database, "PRAGMA journal_mode = WAL"); !set) return std::unexpected(std::move(set.error()));
    if (!UsesLog(database)) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("{} cannot use a write-ahead log: its disk does not support shared memory (a network "
                              "file system?); set SKEP_HOME to a local directory",
                              Printable(database.path())));
    }
  }
  for (std::size_t next = static_cast<std::size_t>(*version); next < Migrations().size(); ++next) {
    const std::string script =
        fmt::format("BEGIN IMMEDIATE;{}\nPRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT",
                    Migrations()[next], kApplicationId, next + 1);
    if (auto ran = Run(database, script); !ran) return std::unexpected(std::move(ran.error()));
  }
  return SchemaState::kCurrent;
}

}  // namespace skep::store
