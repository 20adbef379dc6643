#include "net/unix_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include "base/limits.h"

namespace skep::net {
namespace {

sockaddr_un Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return address;
}

Fd MakeSocket(int flags = 0) { return Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0)); }

int Connect(const Fd& fd, const std::string& path) {
  const sockaddr_un address = Address(path);
  int result = 0;
  do {
    result = connect(*fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

std::unexpected<Error> Refused(std::string_view what, const std::string& path, int error) {
  return Fail(ErrorCode::kUnavailable, fmt::format("{} {}: {}", what, path, std::strerror(error)));
}

std::string DirectoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, std::max<std::size_t>(slash, 1));
}

/// A lock on the directory, or nothing if it cannot be had now.
Fd LockDirectory(const std::string& directory) {
  Fd fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd && flock(*fd, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    fd.Close();
    errno = error;
  }
  return fd;
}

/// Removes what is at `path` if it is a socket that nobody accepts on.
Expected<void> RemoveStale(const std::string& path) {
  struct stat there{};
  if (lstat(path.c_str(), &there) != 0) {
    if (errno == ENOENT) return {};
    return Refused("cannot listen on", path, errno);
  }
  if (!S_ISSOCK(there.st_mode)) {
    return Fail(ErrorCode::kConflict, fmt::format("cannot listen on {}: that is no socket, and is left alone", path));
  }
  // Without waiting: one whose queue is full is as alive as can be.
  const int error = Connect(MakeSocket(SOCK_NONBLOCK), path);
  if (error == 0 || error == EAGAIN) {
    return Fail(ErrorCode::kConflict,
                fmt::format("another skep serves on {}; connect to it with: skep serve --connect", path));
  }
  if (error == ENOENT) return {};
  if (error != ECONNREFUSED) return Refused("cannot listen on", path, error);
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return Refused("cannot replace the old socket", path, errno);
  return {};
}

}  // namespace

Expected<void> CheckSocketPath(const std::string& path) {
  constexpr std::size_t kMost = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() <= kMost) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("a socket's path may have at most {} bytes, this one has {}: {}", kMost, path.size(), path));
}

Expected<ListeningSocket> ListeningSocket::Open(const std::string& path) {
  const std::string directory = DirectoryOf(path);
  const Fd lock = LockDirectory(directory);
  if (!lock) {
    if (errno == EWOULDBLOCK) {
      return Fail(ErrorCode::kConflict,
                  fmt::format("another process holds a lock on {}: is another skep starting there?", directory));
    }
    return Refused("cannot open the directory", directory, errno);
  }
  if (auto removed = RemoveStale(path); !removed) return std::unexpected(std::move(removed).error());

  Fd fd = MakeSocket(SOCK_NONBLOCK);
  if (!fd) return Refused("cannot make the socket", path, errno);
  // Linux gives the file the socket's own mode, so that it is never anyone else's, whatever the umask.
  fchmod(*fd, 0600);
  const sockaddr_un address = Address(path);
  if (bind(*fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Refused("cannot listen on", path, errno);
  }
  ListeningSocket socket(path, std::move(fd));
  struct stat made{};
  // Until listen() nobody can connect.
  if (lstat(path.c_str(), &made) != 0 || ((made.st_mode & 0777) != 0600 && chmod(path.c_str(), 0600) != 0) ||
      listen(socket.fd(), static_cast<int>(limits::kMaxConnections)) != 0) {
    const int error = errno;
    unlink(path.c_str());
    return Refused("cannot listen on", path, error);
  }
  socket.device_ = made.st_dev;
  socket.inode_ = made.st_ino;
  return socket;
}

void ListeningSocket::Close() {
  if (!fd_) return;
  // Whoever holds the lock is about to find that this socket still listens.
  if (const Fd lock = LockDirectory(DirectoryOf(path_)); lock) {
    struct stat there{};
    if (lstat(path_.c_str(), &there) == 0 && there.st_dev == device_ && there.st_ino == inode_) unlink(path_.c_str());
  }
  fd_.Close();
}

Expected<Fd> ConnectTo(const std::string& path) {
  Fd fd = MakeSocket();
  if (!fd) return Refused("cannot make a socket for", path, errno);
  const int error = Connect(fd, path);
  if (error == ENOENT || error == ECONNREFUSED || error == ENOTDIR) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("nobody serves on {}; start one with: skep serve --listen unix:{}", path, path));
  }
  if (error != 0) return Refused("cannot connect to", path, error);
  const auto peer = PeerOf(*fd);
  if (!peer || !peer->IsTrusted()) {
    return Fail(ErrorCode::kUnavailable, fmt::format("{} is another user's (uid {}), who would see all that is said",
                                                     path, peer ? fmt::to_string(peer->user) : "unknown"));
  }
  return fd;
}

bool Peer::IsTrusted() const { return user == 0 || user == geteuid(); }

namespace {

/// A variable of the environment that a process of ours was started with; empty if it has none, or it cannot be read.
std::string EnvironmentOf(pid_t process, std::string_view name) {
  // As a client has it: some ten variables of a line each. What lies beyond is not found.
  constexpr std::size_t kMostRead = 128 * limits::kKiB;
  std::ifstream file(fmt::format("/proc/{}/environ", process), std::ios::binary);
  std::string all(kMostRead, '\0');
  file.read(all.data(), static_cast<std::streamsize>(all.size()));
  all.resize(static_cast<std::size_t>(file.gcount()));
  for (std::string_view rest = all; !rest.empty();) {
    const std::string_view variable = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(variable.size() + 1, rest.size()));
    if (variable.size() > name.size() && variable.starts_with(name) && variable[name.size()] == '=') {
      return std::string(variable.substr(name.size() + 1, limits::kMaxClientText));
    }
  }
  return {};
}

}  // namespace

ClientIdentity Peer::Identity() const {
  if (process == 0) return {};
  std::string directory(PATH_MAX, '\0');
  const ssize_t size = readlink(fmt::format("/proc/{}/cwd", process).c_str(), directory.data(), directory.size());
  directory.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  // What joins a client to us has the client's environment, as a server that it starts itself.
  return {
      .name = {}, .version = {}, .session = EnvironmentOf(process, "CLAUDE_CODE_SESSION_ID"), .directory = directory};
}

std::optional<Peer> PeerOf(int fd) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return Peer{.user = credentials.uid, .process = credentials.pid};
}

}  // namespace skep::net
