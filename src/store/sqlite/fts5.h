#pragma once

#include "store/database.h"

struct fts5_api;

namespace skep::store {

/// The interface that FTS5 gives to those who extend it. Null when the library has no FTS5; the Database then has the
/// error.
fts5_api* Fts5Interface(Database& database);

}  // namespace skep::store
