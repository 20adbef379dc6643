#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/buffer_pool.h"
#include "rpc/framer.h"

namespace skep::client {

/// Lines to and from a server, over descriptors that do not block: the two ends of a process's pipes, or a socket
/// twice. What is queued is sent when there is room; what comes is read when asked for. Not thread-safe.
class Stream {
 public:
  enum class State : std::uint8_t {
    kOpen,
    kEnded,  ///< It has closed its output, or takes no more input.
  };

  /// The descriptors stay whose they are, and must outlive it. So must the pool. `max_line`: what is longer is dropped,
  /// and told as kOversize.
  Stream(int to, int from, BufferPool& pool, std::size_t max_line);

  int to() const { return to_; }
  int from() const { return from_; }

  /// Appends to what is to be sent. The bytes are sent as they are: a line brings its own end.
  void Queue(std::string_view bytes) { unsent_.append(bytes); }
  std::size_t unsent() const { return unsent_.size() - sent_; }
  /// Sends nothing any more: the descriptor is about to be closed, and its number may soon be someone else's.
  void EndSending();
  /// Writes as much as there is room for.
  State Send();
  /// One read(2) of what has come; take the lines with Next() afterwards, until it needs more.
  /// `received` is how many bytes came: 0 when there was nothing, or at the end.
  State Receive(std::size_t& received);
  rpc::Framer::Got Next(std::span<char>& line) { return framer_.Next(line); }

  /// Waits until it can be read, or written if something is unsent, at most so long. False: the time is up.
  bool Await(std::int64_t ms) const;
  /// The next line, waiting for it and sending what is unsent meanwhile; empty when the server has ended, a line is too
  /// long, or the time is up (on the system's steady clock). Good until the next call.
  std::span<char> NextBefore(std::int64_t until_ns);

 private:
  int to_;
  int from_;
  rpc::Framer framer_;
  std::string unsent_;
  std::size_t sent_ = 0;  ///< Bytes at its front that have gone.
  bool ended_ = false;
};

}  // namespace skep::client
