#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/fd.h"
#include "skep/client.h"
#include "skep/error.h"

namespace skep::net {

/// Whether the kernel takes a path this long as a socket's.
Expected<void> CheckSocketPath(const std::string& path);

/// A socket that listens, and its file, which only this user may connect to. The file goes with it, if it is still the
/// one that was made.
///
/// Whoever makes or removes such a file holds a lock on its directory meanwhile (flock, which leaves nothing behind),
/// so that two who find the same stale file do not both replace it.
class ListeningSocket {
 public:
  /// A file that is there already is replaced if it is a socket that nobody accepts on. Errors: kConflict when somebody
  /// does, or it is no socket; kUnavailable for what the system refuses. REQUIRES: CheckSocketPath.
  static Expected<ListeningSocket> Open(const std::string& path);
  ListeningSocket(ListeningSocket&& other) noexcept = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket() { Close(); }

  /// Removes the file, and nobody can connect any more.
  void Close();

  /// Does not block. -1 once closed.
  int fd() const { return *fd_; }
  const std::string& path() const { return path_; }

 private:
  ListeningSocket(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

  std::string path_;
  Fd fd_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

/// A connection to whoever listens there. An error when nobody does, or another user than this one or root.
/// REQUIRES: CheckSocketPath.
Expected<Fd> ConnectTo(const std::string& path);

/// The process at the other end, as the kernel knows it: at the moment when it connected, or began to listen.
struct Peer {
  uid_t user = 0;
  pid_t process = 0;  ///< 0: not one that can be seen from here.

  /// This process's own user, or root.
  bool IsTrusted() const;
  /// Who it is, as far as that can be told from outside: where it works, and what its client calls their session.
  ClientIdentity Identity() const;
};
std::optional<Peer> PeerOf(int fd);

}  // namespace skep::net
