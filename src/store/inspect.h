#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "skep/error.h"

namespace skep::store {

/// What a database says of itself to whoever looks for trouble.
struct Inspection {
  std::int64_t application_id = 0;
  std::int64_t schema = 0;
  std::string journal;               ///< "wal" for a database in use.
  std::vector<std::string> damages;  ///< What SQLite's quick check found, at most kMaxDamages; none: nothing.
};
inline constexpr int kMaxDamages = 10;

/// The schema's version.
Expected<std::int64_t> SchemaVersion(const std::string& path);

/// Opens the database for reading only and reads all of it, which takes about a second per GiB. The error says why it
/// cannot be opened: not there, damaged, another program's, a newer skep's.
Expected<Inspection> Inspect(const std::string& path);

/// A process of this machine.
struct Process {
  int id = 0;
  std::string name;
};

/// The other processes that have the database open, from the kernel's table of locks, in the order of their ids. Those
/// of another container are not seen.
std::vector<Process> OpenElsewhere(const std::string& path);

}  // namespace skep::store
