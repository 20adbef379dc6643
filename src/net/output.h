#pragma once

#include <cstddef>
#include <cstdint>

#include "base/buffer_pool.h"
#include "skep/block.h"

namespace skep::net {

/// The sending end of a connection: what was written into block() leaves in order, as much per system call as the peer
/// takes, and without ever waiting for a peer that takes nothing.
///
/// The descriptor's flags are often shared (with standard error, with the shell that started us), so they are left
/// alone: a pipe or a terminal is opened a second time, through /proc, for a description of our own; a socket is sent
/// to without waiting. Only a pipe that may not be opened again (another user's, no /proc) is set to O_NONBLOCK, and
/// back at the end. Files, devices, and a terminal that may not be opened again, are written to as they are.
class Output {
 public:
  enum class Sent : std::uint8_t {
    kAll,
    kBlocked,  ///< The peer takes no more now: try again when fd() can be written to.
    kGone,     ///< The peer does not listen any more.
    kFailed,   ///< A file or device refused (disk full): error() says why.
  };

  /// Borrows `fd`. `pool` must outlive this.
  Output(BufferPool& pool, int fd);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Where to append. Good until Send(), Discard() or Rest().
  Block& block() {
    if (block_.capacity() == 0) block_ = pool_.Take();
    return block_;
  }
  std::size_t unsent() const { return block_.size() - sent_; }

  Sent Send();
  /// Forgets what is unsent.
  void Discard();
  /// Gives the block back to the pool if nothing is unsent. block() takes another.
  void Rest();

  /// The descriptor to poll: our own, even where `fd` is also what is read from.
  int fd() const { return fd_; }
  /// The errno of kFailed.
  int error() const { return error_; }

 private:
  enum class Kind : std::uint8_t { kStream, kSocket, kFile };

  void Open(int fd);

  BufferPool& pool_;
  Block block_;
  std::size_t sent_ = 0;
  int fd_ = -1;
  Kind kind_ = Kind::kFile;
  /// Flags to put back at the end, or -1.
  int restore_flags_ = -1;
  int error_ = 0;
};

}  // namespace skep::net
