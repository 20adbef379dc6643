#include "cli/scratch_disk.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "bench/surroundings.h"

namespace skep::cli {

Expected<std::string> OwnProgram() {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return Fail(ErrorCode::kUnavailable, fmt::format("/proc/self/exe: {}", failed.message()));
  if (!std::filesystem::exists(program, failed)) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("{}: this program was replaced while it ran; start it again", program.string()));
  }
  return program.string();
}

Expected<std::string> ScratchDisk(const Environment& environment, const Console& console) {
  const auto paths = FindPaths(environment);
  std::string directory = "/var/tmp";
  if (paths && MakeDirectory(paths->data)) directory = paths->data;
  const std::string filesystem = bench::FilesystemOf(directory);
  if (bench::InMemory(filesystem)) {
    console.Say(fmt::format("{} is {}: it is kept in memory, so that what is durable here says nothing of a disk",
                            directory, filesystem));
  }
  return directory;
}

}  // namespace skep::cli
