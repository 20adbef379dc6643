#pragma once

#include <string>

#include "skep/error.h"

struct sqlite3;

namespace skep::store {

/// What an SQLite result code means to whoever must act on it: what failed, where, and what would help.
/// `handle` is the connection that it came from; `sql` the statement, or null. Set errno to 0 before the call that may
/// fail, and ask at once: where SQLite does not know the system's error, errno is what is left of it.
Error DescribeSqlite(sqlite3* handle, int code, const std::string& path, const char* sql);

/// The same for a system call on `path` that failed with `error_number`: "cannot create /a/b: Permission denied; …".
Error DescribeSystem(const char* verb, const std::string& path, int error_number);

}  // namespace skep::store
