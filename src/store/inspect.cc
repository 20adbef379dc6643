#include "store/inspect.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "store/database.h"

namespace skep::store {
namespace {

constexpr Sql kSchema{"PRAGMA user_version"};

std::int64_t One(Database& database, const Sql& sql) {
  Cursor row = database.Query(sql);
  return row.Next() ? row.Int(0) : 0;
}

}  // namespace

Expected<std::int64_t> SchemaVersion(const std::string& path) {
  auto database = Database::Open(path, Database::Mode::kReadOnly);
  if (!database) return std::unexpected(std::move(database.error()));
  const std::int64_t version = One(**database, kSchema);
  if ((*database)->error()) return std::unexpected(*(*database)->error());
  return version;
}

Expected<Inspection> Inspect(const std::string& path) {
  static constexpr Sql kApplication{"PRAGMA application_id"};
  static constexpr Sql kJournal{"PRAGMA journal_mode"};
  static constexpr Sql kCheck{"PRAGMA quick_check(10)"};
  static_assert(kMaxDamages == 10);

  auto opened = Database::Open(path, Database::Mode::kReadOnly);
  if (!opened) return std::unexpected(std::move(opened.error()));
  Database& database = **opened;
  Inspection found;
  found.application_id = One(database, kApplication);
  found.schema = One(database, kSchema);
  if (Cursor row = database.Query(kJournal); row.Next()) found.journal = row.Text(0);
  for (Cursor row = database.Query(kCheck); row.Next();) {
    if (row.Text(0) != "ok") found.damages.emplace_back(row.Text(0));
  }
  if (database.error()) return std::unexpected(*database.error());
  return found;
}

std::vector<Process> OpenElsewhere(const std::string& path) {
  // Whoever uses the write-ahead log holds a shared lock on its index for as long as the database is open.
  struct stat index{};
  if (stat((path + "-shm").c_str(), &index) != 0) return {};
  const std::string wanted = fmt::format("{:02x}:{:02x}:{}", major(index.st_dev), minor(index.st_dev), index.st_ino);
  std::map<int, std::string> names;
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    // "1: POSIX  ADVISORY  READ 123 fe:00:456 128 128"
    std::istringstream words(line);
    std::string number;
    std::string kind;
    std::string advisory;
    std::string access;
    std::string inode;
    int id = 0;
    words >> number >> kind >> advisory >> access >> id >> inode;
    if (kind != "POSIX" || inode != wanted || id <= 0 || id == getpid()) continue;
    std::ifstream comm(fmt::format("/proc/{}/comm", id));
    std::getline(comm, names[id]);
  }
  std::vector<Process> processes;
  for (auto& [id, name] : names) processes.push_back({id, std::move(name)});
  return processes;
}

}  // namespace skep::store
