#include "cli/socket_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "net/unix_socket.h"

namespace skep::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnix = "unix";
constexpr std::string_view kUnixPath = "unix:";

Expected<std::string> Checked(std::string path) {
  if (auto checked = net::CheckSocketPath(path); !checked) return std::unexpected(std::move(checked).error());
  return path;
}

}  // namespace

Expected<std::string> ListeningPath(std::string_view text, const Paths& paths, std::string_view project) {
  if (text == kUnix) return Checked(ProjectSocketPath(paths, project));
  if (text.starts_with(kUnixPath) && text.size() > kUnixPath.size()) {
    return Checked(std::string(text.substr(kUnixPath.size())));
  }
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("it must be unix:PATH, or unix for the project's own socket, got "
                          "\"{}\"",
                          text));
}

Expected<std::string> ConnectingPath(std::string_view text, const Paths& paths, std::string_view project) {
  if (text.empty() || text == kUnix || text.starts_with(kUnixPath)) return ListeningPath(text, paths, project);
  return Checked(std::string(text));
}

Expected<void> MakeSocketDirectory(const std::string& path, const Paths& paths) {
  const fs::path directory = fs::path(path).parent_path().lexically_normal();
  const fs::path ours = fs::path(paths.run).parent_path().lexically_normal();
  if (std::ranges::mismatch(ours, directory).in1 != ours.end()) return {};
  return MakeDirectory(directory.string());
}

}  // namespace skep::cli
