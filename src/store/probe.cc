#include "store/probe.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace skep::store {

void WriteProbe(Database& database, std::int64_t value) {
  static constexpr Sql kWrite{
      "INSERT INTO meta (name, value) VALUES ('probe', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value"};
  database.Execute(kWrite, value);
}

std::int64_t ReadProbe(Database& database) {
  static constexpr Sql kRead{"SELECT value FROM meta WHERE name = 'probe'"};
  Cursor cursor = database.Query(kRead);
  return cursor.Next() ? cursor.Int(0) : 0;
}

DiskUse MeasureDisk(const std::string& path) {
  const auto size = [](const std::string& file) {
    struct stat status{};
    return stat(file.c_str(), &status) == 0 ? static_cast<std::int64_t>(status.st_size) : -1;
  };
  DiskUse use{.database = size(path), .wal = size(path + "-wal")};
  struct statvfs disk{};
  const std::string directory = path.substr(0, path.find_last_of('/') + 1);
  if (statvfs(directory.empty() ? "." : directory.c_str(), &disk) == 0) {
    use.free = static_cast<std::int64_t>(disk.f_bavail * disk.f_frsize);
  }
  return use;
}

const char* SqliteVersion() { return sqlite3_libversion(); }

}  // namespace skep::store
