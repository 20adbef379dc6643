#include "store/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <utility>

#include "store/sqlite/describe.h"

namespace skep::store {
namespace {

int Bind(sqlite3_stmt* statement, int index, const Param& param) {
  switch (param.kind()) {
    case Param::Kind::kNull:
      return sqlite3_bind_null(statement, index);
    case Param::Kind::kInt:
      return sqlite3_bind_int64(statement, index, param.as_int());
    case Param::Kind::kReal:
      return sqlite3_bind_double(statement, index, param.as_real());
    case Param::Kind::kText: {
      // A null pointer would bind NULL; an empty text is a text.
      const std::string_view text = param.as_text().data() != nullptr ? param.as_text() : std::string_view("");
      return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
  }
  return SQLITE_MISUSE;
}

}  // namespace

Cursor::Cursor(Cursor&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

Cursor::~Cursor() {
  // The code is that of the last step, which Next has already remembered.
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

bool Cursor::Next() {
  if (statement_ == nullptr || database_->error_) return false;
  errno = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_->Remember(code, sqlite3_sql(statement_));
  // Resetting now ends the read that a finished query would otherwise hold open, and keeps a further Next at false.
  sqlite3_reset(statement_);
  statement_ = nullptr;
  return false;
}

bool Cursor::IsNull(int column) const {
  return statement_ == nullptr || sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Cursor::Int(int column) const {
  return statement_ == nullptr ? 0 : sqlite3_column_int64(statement_, column);
}

double Cursor::Real(int column) const { return statement_ == nullptr ? 0 : sqlite3_column_double(statement_, column); }

std::string_view Cursor::Text(int column) const {
  if (statement_ == nullptr) return {};
  // As a blob, because a text is copied to get a terminating zero. Numbers come out as text either way.
  const void* data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<std::int64_t> Cursor::OptInt(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Int(column);
}

std::optional<std::string_view> Cursor::OptText(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Text(column);
}

std::unique_ptr<Database> Database::Unopened(const std::string& path, Error error) {
  std::unique_ptr<Database> database(new Database(nullptr, path));
  database->unopened_ = error;
  database->error_ = std::move(error);
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

void Database::SetError(Error error) {
  if (!error_) error_ = std::move(error);
}

bool Database::in_transaction() const { return handle_ != nullptr && sqlite3_get_autocommit(handle_) == 0; }

std::int64_t Database::total_changes() const { return handle_ != nullptr ? sqlite3_total_changes64(handle_) : 0; }

std::int64_t Database::last_insert_id() const { return handle_ != nullptr ? sqlite3_last_insert_rowid(handle_) : 0; }

void Database::Remember(int code, const char* sql) {
  if (!error_) error_ = DescribeSqlite(handle_, code, path_, sql);
}

sqlite3_stmt* Database::Prepare(const Sql& sql) {
  const auto [entry, inserted] = statements_.try_emplace(&sql, nullptr);
  if (entry->second != nullptr) return entry->second;
  const int code = sqlite3_prepare_v3(handle_, sql.text, -1, SQLITE_PREPARE_PERSISTENT, &entry->second, nullptr);
  if (code != SQLITE_OK) Remember(code, sql.text);
  return entry->second;
}

Cursor Database::Run(const Sql& sql, std::initializer_list<Param> params) {
  if (unopened_) SetError(*unopened_);
  if (error_) return {*this, nullptr};
  sqlite3_stmt* statement = Prepare(sql);
  if (statement == nullptr) return {*this, nullptr};
  if (sqlite3_stmt_busy(statement) != 0) {
    SetError({ErrorCode::kInternal, fmt::format("a cursor of this statement is still open: {}", sql.text)});
    return {*this, nullptr};
  }
  if (static_cast<std::size_t>(sqlite3_bind_parameter_count(statement)) != params.size()) {
    SetError({ErrorCode::kInternal, fmt::format("{} parameters were given to: {}", params.size(), sql.text)});
    return {*this, nullptr};
  }
  int index = 0;
  for (const Param& param : params) {
    const int code = Bind(statement, ++index, param);
    if (code != SQLITE_OK) {
      Remember(code, sql.text);
      return {*this, nullptr};
    }
  }
  return {*this, statement};
}

std::int64_t Database::RunToEnd(const Sql& sql, std::initializer_list<Param> params) {
  Cursor cursor = Run(sql, params);
  while (cursor.Next()) {
  }
  return error_ ? 0 : sqlite3_changes64(handle_);
}

std::string Database::ReadBytes(const char* table, const char* column, std::int64_t row, std::size_t offset,
                                std::size_t size) {
  if (unopened_) SetError(*unopened_);
  if (error_) return {};
  sqlite3_blob* blob = nullptr;
  int code = sqlite3_blob_open(handle_, "main", table, column, row, 0, &blob);
  std::string bytes;
  if (code == SQLITE_OK) {
    // As resize does, but without zeros, which would be written in vain.
    bytes.resize_and_overwrite(size, [&](char* to, std::size_t room) {
      code = sqlite3_blob_read(blob, to, static_cast<int>(room), static_cast<int>(offset));
      return code == SQLITE_OK ? room : 0;
    });
  }
  if (code != SQLITE_OK) Remember(code, fmt::format("bytes of {}.{}", table, column).c_str());
  sqlite3_blob_close(blob);
  return bytes;
}

}  // namespace skep::store
