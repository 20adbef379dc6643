#include "base/paths.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/limits.h"

namespace skep {
namespace {

namespace fs = std::filesystem;

bool IsAbsolute(std::string_view path) { return path.starts_with('/'); }

std::string Value(const Environment& environment, const char* name) {
  const char* value = environment(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// `variable` when it is absolute, else `below_home` below HOME; `skep` below that.
Expected<std::string> FromXdg(const Environment& environment, const char* variable, std::string_view below_home) {
  if (std::string base = Value(environment, variable); IsAbsolute(base)) return base + "/skep";
  const std::string home = Value(environment, "HOME");
  if (!IsAbsolute(home)) {
    const std::string is = home.empty() ? "is not set" : fmt::format("is not an absolute path (\"{}\")", home);
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("HOME {}: set it, or set SKEP_HOME to the directory that is to hold skep's files", is));
  }
  return fmt::format("{}/{}/skep", home, below_home);
}

Expected<std::string> Canonical(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
  if (real == nullptr) {
    const ErrorCode code = errno == ENOENT || errno == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kUnavailable;
    return Fail(code, fmt::format("cannot open the directory {}: {}", path, std::strerror(errno)));
  }
  return std::string(real.get());
}

/// 64-bit FNV-1a: simple enough to be certain that it never changes.
std::uint64_t Fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/// The last part of a path as a file name that needs no quoting and is not hidden.
std::string SafeName(std::string_view path) {
  std::string_view last = path.substr(path.rfind('/') + 1).substr(0, limits::kMaxName);
  while (last.starts_with('.')) last.remove_prefix(1);
  std::string name;
  for (const char c : last) name += IsPlain(c) ? c : '-';
  return name.empty() ? "root" : name;
}

/// NAME-HASH: for people, and for uniqueness.
std::string UniqueName(std::string_view project) {
  const std::uint64_t hash = Fnv1a(project);
  return fmt::format("{}-{:08x}", SafeName(project), static_cast<std::uint32_t>(hash ^ hash >> 32));
}

/// The beginning of a file, up to what one path takes; empty when it cannot be read.
std::string ReadShort(const std::string& path) {
  std::string content(PATH_MAX + 1, '\0');
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t bytes = read(fd, content.data(), content.size());
  close(fd);
  content.resize(bytes > 0 ? static_cast<std::size_t>(bytes) : 0);
  return content;
}

/// Whoever looks sees the old content or the new, never a part.
Expected<void> ReplaceFile(const std::string& path, std::string_view content) {
  const std::string fresh = fmt::format("{}.{}", path, getpid());
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool written = fd >= 0 && write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  if (fd >= 0) written = close(fd) == 0 && written;
  if (written && std::rename(fresh.c_str(), path.c_str()) == 0) return {};
  const int why = errno;
  if (fd >= 0) unlink(fresh.c_str());
  return Fail(ErrorCode::kUnavailable, fmt::format("cannot write {}: {}", path, std::strerror(why)));
}

}  // namespace

Environment ProcessEnvironment() {
  return [](const char* name) -> const char* { return std::getenv(name); };
}

Expected<Paths> FindPaths(const Environment& environment) {
  const std::string skep_home = Value(environment, "SKEP_HOME");
  if (!skep_home.empty()) {
    if (!IsAbsolute(skep_home)) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("SKEP_HOME must be an absolute path, got \"{}\"", skep_home));
    }
    return Paths{skep_home + "/config", skep_home + "/data", skep_home + "/state", skep_home + "/run"};
  }
  Expected<std::string> config = FromXdg(environment, "XDG_CONFIG_HOME", ".config");
  if (!config) return std::unexpected(std::move(config).error());
  Expected<std::string> data = FromXdg(environment, "XDG_DATA_HOME", ".local/share");
  if (!data) return std::unexpected(std::move(data).error());
  Expected<std::string> state = FromXdg(environment, "XDG_STATE_HOME", ".local/state");
  if (!state) return std::unexpected(std::move(state).error());
  const std::string runtime = Value(environment, "XDG_RUNTIME_DIR");
  std::string run = IsAbsolute(runtime) ? runtime + "/skep" : *state + "/run";
  return Paths{std::move(*config), std::move(*data), std::move(*state), std::move(run)};
}

Expected<void> MakeDirectory(const std::string& path) {
  struct stat what{};
  if (stat(path.c_str(), &what) == 0) {
    if (S_ISDIR(what.st_mode)) return {};
    return Fail(ErrorCode::kUnavailable, fmt::format("{} is not a directory", path));
  }
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (mkdir(part.c_str(), 0700) == 0) continue;
    const int why = errno;
    // A directory above that may not be written to, or is on a read-only disk, fails so although it is there.
    if (stat(part.c_str(), &what) == 0 && S_ISDIR(what.st_mode)) continue;
    return Fail(ErrorCode::kUnavailable, fmt::format("cannot make the directory {}: {}", part, std::strerror(why)));
  }
  return {};
}

Expected<std::string> ProjectDirectory(const std::string& named, const std::string& working) {
  Expected<std::string> start = Canonical(named.empty() ? working : named);
  if (!start) return start;
  std::error_code ignored;
  if (!fs::is_directory(*start, ignored)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} is not a directory", *start));
  }
  if (!named.empty()) return start;
  for (fs::path at = *start;; at = at.parent_path()) {
    if (fs::exists(at / ".git", ignored)) return at.string();
    if (at == at.parent_path()) return start;
  }
}

std::string ProjectDataDirectory(const Paths& paths, std::string_view project) {
  return fmt::format("{}/projects/{}", paths.data, UniqueName(project));
}

std::string ProjectSocketPath(const Paths& paths, std::string_view project) {
  return fmt::format("{}/{}.sock", paths.run, UniqueName(project));
}

std::string ProjectDatabasePath(const Paths& paths, std::string_view project) {
  return ProjectDataDirectory(paths, project) + "/skep.db";
}

Expected<void> MakeProjectDataDirectory(const Paths& paths, std::string_view project) {
  const std::string directory = ProjectDataDirectory(paths, project);
  if (Expected<void> made = MakeDirectory(directory); !made) return made;
  const std::string file = directory + "/project.txt";
  const std::string content = fmt::format("{}\n", project);
  const std::string there = ReadShort(file);
  if (there == content) return {};
  if (there.empty()) return ReplaceFile(file, content);
  return Fail(ErrorCode::kConflict,
              fmt::format("{} belongs to another project (see project.txt in it), not to {}", directory, project));
}

std::string ProjectOfDatabase(std::string_view path) {
  std::string project = ReadShort(fmt::format("{}/project.txt", path.substr(0, path.rfind('/'))));
  if (project.ends_with('\n')) project.pop_back();
  return project;
}

}  // namespace skep
