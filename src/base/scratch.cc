#include "base/scratch.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace skep {

Expected<Scratch> Scratch::Make(const std::string& where) {
  std::error_code failed;
  const auto directory = where.empty() ? std::filesystem::temp_directory_path(failed) : std::filesystem::path(where);
  const auto canonical = failed ? directory : std::filesystem::canonical(directory, failed);
  if (failed) return Fail(ErrorCode::kUnavailable, fmt::format("{}: {}", directory.string(), failed.message()));
  std::string name = (canonical / "skep-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("cannot make a directory in {}: {}", canonical.string(), std::strerror(errno)));
  }
  return Scratch(std::move(name));
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace skep
