#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "skep/error.h"

namespace skep::net {

/// A port on this machine's loopback: nobody on another machine can reach it, any user of this one can.
struct LoopbackAddress {
  std::string host;          ///< As a number: 127.0.0.1 or another of 127.0.0.0/8, or ::1.
  std::uint16_t port = 0;    ///< 0: any that is free.
  std::string text() const;  ///< "127.0.0.1:4318", "[::1]:4318"
};

/// Reads "127.0.0.1:4318", "localhost:4318", "[::1]:4318". kInvalidArgument says what is wrong with another text; an
/// address that other machines could reach is refused.
Expected<LoopbackAddress> ParseLoopback(std::string_view text);

/// A TCP socket that listens there, and does not block.
class ListeningPort {
 public:
  /// kConflict when somebody listens there already; kUnavailable for what else the system refuses.
  static Expected<ListeningPort> Open(const LoopbackAddress& address);

  int fd() const { return *fd_; }
  /// Where it listens: with the port that was chosen, when any was wanted.
  const LoopbackAddress& address() const { return address_; }

 private:
  ListeningPort(LoopbackAddress address, Fd fd) : address_(std::move(address)), fd_(std::move(fd)) {}

  LoopbackAddress address_;
  Fd fd_;
};

}  // namespace skep::net
