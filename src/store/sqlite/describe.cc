#include "store/sqlite/describe.h"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "base/printable.h"

namespace skep::store {
namespace {

/// "812.0 KiB free on its disk", or nothing when the disk does not say.
std::string FreeSpace(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  struct statvfs disk{};
  if (::statvfs(directory.c_str(), &disk) != 0) return {};
  const double kib = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize) / 1024;
  if (kib < 1024) return fmt::format(" ({:.0f} KiB free on its disk)", kib);
  if (kib < 1024 * 1024) return fmt::format(" ({:.1f} MiB free on its disk)", kib / 1024);
  return fmt::format(" ({:.1f} GiB free on its disk)", kib / 1024 / 1024);
}

Error NoSpace(const std::string& path) {
  return {ErrorCode::kUnavailable, fmt::format("no space left for {}{}: nothing was written; free some and try again",
                                               Printable(path), FreeSpace(path))};
}

/// What would help against a system error.
std::string_view Remedy(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return "; make it writable for this user, or set SKEP_HOME to a directory that is";
    case EDQUOT:
    case EFBIG:
      return "; nothing was written: raise the limit or free some space, and try again";
    case EMFILE:
    case ENFILE:
      return "; raise the limit of open files (ulimit -n)";
    default:
      return "";
  }
}

std::string Message(int error_number) { return std::generic_category().message(error_number); }

Error Damaged(const std::string& path, std::string_view how) {
  const std::string name = Printable(path);
  return {ErrorCode::kCorrupt,
          fmt::format("{0} is damaged ({1}) and is left as it is: move it away with its -wal file to start afresh; "
                      "`sqlite3 {0} .recover` prints what can be saved",
                      name, how)};
}

}  // namespace

Error DescribeSystem(const char* verb, const std::string& path, int error_number) {
  if (error_number == ENOSPC) return NoSpace(path);
  return {ErrorCode::kUnavailable,
          fmt::format("cannot {} {}: {}{}", verb, Printable(path), Message(error_number), Remedy(error_number))};
}

Error DescribeSqlite(sqlite3* handle, int code, const std::string& path, const char* sql) {
  // A commit that fails does not record the system's error, but leaves it where the system put it.
  const int left = errno;
  const int recorded = handle != nullptr ? sqlite3_system_errno(handle) : 0;
  const int system = recorded != 0 ? recorded : left;
  const std::string name = Printable(path);
  const std::string_view said = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return NoSpace(path);
    case SQLITE_IOERR:
      if (code == SQLITE_IOERR_NOMEM) break;
      if (code == SQLITE_IOERR_CORRUPTFS) return Damaged(path, said);
      if (system == ENOSPC) return NoSpace(path);
      return {ErrorCode::kUnavailable,
              fmt::format("reading or writing {} failed: {} (SQLite error {}){}", name,
                          system != 0 ? Message(system) : std::string(said), code, Remedy(system))};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::kUnavailable,
              fmt::format("cannot open {}: {}{}", name, system != 0 ? Message(system) : std::string(said),
                          Remedy(system != 0 ? system : EACCES))};
    case SQLITE_READONLY:
      return {ErrorCode::kUnavailable,
              fmt::format("cannot write {}: the file or its directory is read-only{}", name, Remedy(EROFS))};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return {ErrorCode::kUnavailable,
              fmt::format("{} is locked by another program that has it open (an sqlite3 shell?): end its transaction "
                          "and try again",
                          name)};
    case SQLITE_CORRUPT:
      return Damaged(path, said);
    case SQLITE_NOTADB:
      return {ErrorCode::kCorrupt,
              fmt::format("{} is not a skep database ({}) and is left as it is: move it away, and a new one is made",
                          name, said)};
    case SQLITE_CONSTRAINT:
      return {ErrorCode::kConflict, fmt::format("{}", said)};
    case SQLITE_TOOBIG:
      return {ErrorCode::kTooLarge, fmt::format("{}", said)};
    case SQLITE_INTERRUPT:
      return {ErrorCode::kCancelled, "the query was interrupted"};
    default:
      break;
  }
  if ((code & 0xff) == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM) {
    return {ErrorCode::kUnavailable, fmt::format("out of memory while using {}", name)};
  }
  return {ErrorCode::kInternal, fmt::format("{} (SQLite error {}){}{}", said, code, sql != nullptr ? " in: " : "",
                                            sql != nullptr ? sql : "")};
}

}  // namespace skep::store
