#pragma once

#include <string>
#include <string_view>

#include "load/machine.h"

namespace skep::bench {

/// Where a benchmark ran: without it, its figures mean little. Texts are empty where the system does not say.
struct Surroundings {
  load::Machine machine;
  std::string filesystem;  ///< Of the directory that is measured: its type, and the device that it is on.
  std::string directory;
  std::string compiler;
  std::string version;  ///< skep's.
  std::string build;    ///< Which build of it: a hash of the program.
  std::string date;     ///< UTC, when it began.
};

/// `program` is the executable that is measured.
Surroundings LookAround(const std::string& program, const std::string& directory);

/// "ext4 on /dev/vda" of the mount that a directory is on, from the text of /proc/self/mounts.
std::string FilesystemIn(std::string_view mounts, std::string_view directory);
/// Of the mounts that there are.
std::string FilesystemOf(const std::string& directory);
/// Whether what is written to such a filesystem is kept in memory, and never on a disk.
bool InMemory(std::string_view filesystem);

}  // namespace skep::bench
