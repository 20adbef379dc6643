#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "skep/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace skep::store {

/// One statement in portable SQL with numbered parameters (?1, ?2, …). Give it static storage: a connection prepares
/// it once (15 µs) and finds it again by its address.
///
/// RETURNING doubles the cost of a write (50,000 instead of 25,000 instructions for an upsert of 1 KB: SQLite collects
/// the rows in a temporary table). On the way of many writes, read the row first and then write it by its id.
struct Sql {
  const char* text;
};

/// A value bound to a parameter. Text is borrowed until the statement has run.
class Param {
 public:
  enum class Kind : std::uint8_t { kNull, kInt, kReal, kText };

  Param(std::nullptr_t) {}
  Param(std::int64_t value) : kind_(Kind::kInt), int_(value) {}
  Param(int value) : Param(static_cast<std::int64_t>(value)) {}
  Param(bool value) : Param(static_cast<std::int64_t>(value)) {}
  Param(double value) : kind_(Kind::kReal), real_(value) {}
  Param(std::string_view value) : kind_(Kind::kText), text_(value) {}
  Param(const std::string& value) : Param(std::string_view(value)) {}
  Param(const char* value) : Param(std::string_view(value)) {}
  template <class T>
  Param(const std::optional<T>& value) : Param(value ? Param(*value) : Param(nullptr)) {}

  Kind kind() const { return kind_; }
  std::int64_t as_int() const { return int_; }
  double as_real() const { return real_; }
  std::string_view as_text() const { return text_; }

 private:
  Kind kind_ = Kind::kNull;
  union {
    std::int64_t int_ = 0;
    double real_;
    std::string_view text_;
  };
};

class Database;

struct OpenOptions {
  bool fsync = true;  ///< False: a commit survives a killed process but not a power cut.
  /// How long creating or migrating may wait for another process's write lock. Nothing else in opening waits for it.
  std::int64_t lock_wait_ms = limits::kLockWaitMs;
};

/// The rows of one query, read forward. Resets its statement when it goes. One cursor per Sql at a time.
class Cursor {
 public:
  Cursor(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
  Cursor(Cursor&& other) noexcept;
  Cursor& operator=(Cursor&&) = delete;
  ~Cursor();

  /// Whether there is another row. False also after an error, which the Database then remembers.
  bool Next();
  bool IsNull(int column) const;
  std::int64_t Int(int column) const;
  double Real(int column) const;
  /// Borrowed until Next() or the cursor's end.
  std::string_view Text(int column) const;
  /// As Int and Text, but nothing where the column is NULL.
  std::optional<std::int64_t> OptInt(int column) const;
  std::optional<std::string_view> OptText(int column) const;

 private:
  Database* database_;
  sqlite3_stmt* statement_;  ///< Null: the query could not be prepared or bound.
};

/// One connection to the project's database: the only way to it. Not thread-safe.
///
/// Errors are sticky: the first one is kept, everything after it does nothing and returns no rows and 0. Code that uses
/// a Database is thus written straight through, and whoever runs it asks error() once, at the end, before it believes
/// anything that was computed (Store does, for every operation).
class Database {
 public:
  enum class Mode : std::uint8_t { kReadOnly, kReadWrite };

  /// Opens a database whose schema is this program's (kReadOnly), or creates it, with its directories, and migrates it
  /// as needed (kReadWrite). Takes no lock that outlives the call, and none at all when the schema is current.
  /// What is not a database, is damaged, belongs to another program or to a newer skep is refused and left untouched.
  static Expected<std::unique_ptr<Database>> Open(const std::string& path, Mode mode, const OpenOptions& options = {});
  /// Stands in for a database that could not be opened: whatever is asked of it, the answer is this error.
  static std::unique_ptr<Database> Unopened(const std::string& path, Error error);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs a query. Parameters are borrowed for as long as the cursor lives.
  template <class... Params>
  Cursor Query(const Sql& sql, const Params&... params) {
    return Run(sql, {Param(params)...});
  }
  /// Runs a statement to its end and returns how many rows it changed.
  template <class... Params>
  std::int64_t Execute(const Sql& sql, const Params&... params) {
    return RunToEnd(sql, {Param(params)...});
  }

  /// Bytes of one long value of less than 2^31, from `offset`; of the rest, only what lies before them is walked over.
  /// `row`: its INTEGER PRIMARY KEY. In the open transaction. Empty when they are not there, which error() then says.
  std::string ReadBytes(const char* table, const char* column, std::int64_t row, std::size_t offset, std::size_t size);

  /// The first error since ClearError, if any.
  const std::optional<Error>& error() const { return error_; }
  void ClearError() { error_.reset(); }
  /// Records an error of the caller's own, unless there is one.
  void SetError(Error error);

  /// Names an entry of the cache that this transaction changes. After the commit it is dropped there.
  void Touch(std::string cache_key) { touched_.push_back(std::move(cache_key)); }
  std::vector<std::string>& touched() { return touched_; }

  /// The id of the row that the last INSERT has made.
  std::int64_t last_insert_id() const;
  const std::string& path() const { return path_; }
  /// Whether a transaction is open. A full disk or a failing one ends it from within.
  bool in_transaction() const;
  /// Rows inserted, updated and deleted since the connection was opened, undone ones included.
  std::int64_t total_changes() const;
  /// Statements prepared so far.
  std::size_t prepared() const { return statements_.size(); }
  /// The library's handle, for what has no portable form (pragmas, full text). Only src/store uses it.
  sqlite3* handle() { return handle_; }

 private:
  friend class Cursor;
  Database(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

  Cursor Run(const Sql& sql, std::initializer_list<Param> params);
  std::int64_t RunToEnd(const Sql& sql, std::initializer_list<Param> params);
  sqlite3_stmt* Prepare(const Sql& sql);
  void Remember(int code, const char* sql);

  sqlite3* handle_;
  std::string path_;
  std::unordered_map<const Sql*, sqlite3_stmt*> statements_;
  std::optional<Error> error_;
  std::optional<Error> unopened_;
  std::vector<std::string> touched_;
};

}  // namespace skep::store
