#include "bench/surroundings.h"

#include <fmt/format.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/time_text.h"
#include "base/version.h"

namespace skep::bench {
namespace {

std::string Read(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}

/// FNV-1a, which is enough to tell builds apart.
std::string HashOf(const std::string& bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

}  // namespace

std::string FilesystemIn(std::string_view mounts, std::string_view directory) {
  std::istringstream lines{std::string(mounts)};
  std::string found;
  std::size_t longest = 0;
  std::string device;
  std::string point;
  std::string type;
  for (std::string rest; lines >> device >> point >> type && std::getline(lines, rest);) {
    const bool above = point == "/" || directory == point ||
                       (directory.starts_with(point) && directory.substr(point.size()).starts_with('/'));
    // The last of those that are mounted at one place is the one that is seen.
    if (!above || point.size() < longest) continue;
    longest = point.size();
    found = fmt::format("{} on {}", type, device);
  }
  return found;
}

std::string FilesystemOf(const std::string& directory) { return FilesystemIn(Read("/proc/self/mounts"), directory); }

bool InMemory(std::string_view filesystem) {
  return filesystem.starts_with("tmpfs ") || filesystem.starts_with("ramfs ");
}

Surroundings LookAround(const std::string& program, const std::string& directory) {
  char date[kTimeTextSize];
  return {.machine = load::LookAtMachine(),
          .filesystem = FilesystemOf(directory),
          .directory = directory,
          .compiler =
#ifdef __clang__
              "clang " __clang_version__,
#else
              "gcc " __VERSION__,
#endif
          .version = std::string(Version()),
          .build = HashOf(Read(program)),
          .date = std::string(FormatTime(SystemClock().WallMs(), date))};
}

}  // namespace skep::bench
