#include "store/sqlite/fts5.h"

#include <sqlite3.h>

namespace skep::store {

fts5_api* Fts5Interface(Database& database) {
  if (database.error()) return nullptr;
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database.handle(), "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  if (api == nullptr) database.SetError({ErrorCode::kInternal, "this SQLite was built without full text (FTS5)"});
  return api;
}

}  // namespace skep::store
