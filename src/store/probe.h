#pragma once

#include <cstdint>
#include <string>

#include "store/database.h"

namespace skep::store {

/// Writes a value that a later ReadProbe must find: the proof that what is committed can be read.
void WriteProbe(Database& database, std::int64_t value);
std::int64_t ReadProbe(Database& database);

/// Sizes of the files behind a database, in bytes; -1 where one cannot be looked at.
struct DiskUse {
  std::int64_t database = -1;
  std::int64_t wal = -1;
  std::int64_t free = -1;  ///< On their disk, for us.
};
DiskUse MeasureDisk(const std::string& path);

/// "3.40.1": the SQLite that is linked in.
const char* SqliteVersion();

}  // namespace skep::store
