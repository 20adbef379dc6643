#include "net/loopback.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "base/printable.h"

namespace skep::net {
namespace {

/// Connections that wait to be accepted.
constexpr int kBacklog = 64;
constexpr std::size_t kShown = 100;

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

socklen_t SizeOf(const Address& address) {
  return address.any.sa_family == AF_INET6 ? sizeof(address.v6) : sizeof(address.v4);
}

/// Nothing when `host` is no number of the loopback.
std::optional<Address> ToAddress(const std::string& host, std::uint16_t port) {
  Address address{};
  if (inet_pton(AF_INET, host.c_str(), &address.v4.sin_addr) == 1) {
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(port);
    constexpr std::uint32_t kLoopbackNet = 127;
    if (ntohl(address.v4.sin_addr.s_addr) >> 24 != kLoopbackNet) return std::nullopt;
    return address;
  }
  if (inet_pton(AF_INET6, host.c_str(), &address.v6.sin6_addr) == 1) {
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(port);
    if (!IN6_IS_ADDR_LOOPBACK(&address.v6.sin6_addr)) return std::nullopt;
    return address;
  }
  return std::nullopt;
}

std::unexpected<Error> Refused(const LoopbackAddress& address, int error) {
  if (error == EADDRINUSE) {
    return Fail(ErrorCode::kConflict, fmt::format("cannot listen on {}: another process does already. Choose another "
                                                  "port, or 0 for any that is free",
                                                  address.text()));
  }
  return Fail(ErrorCode::kUnavailable, fmt::format("cannot listen on {}: {}", address.text(), std::strerror(error)));
}

}  // namespace

std::string LoopbackAddress::text() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

Expected<LoopbackAddress> ParseLoopback(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  LoopbackAddress address;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" does not end with a port: it has to look like 127.0.0.1:4318 (port 0: any that "
                            "is free)",
                            Printable(text, kShown)));
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  address.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  if (!ToAddress(address.host, address.port)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("\"{}\" is no address of this machine's own (127.0.0.1, ::1, localhost): what comes in is "
                            "believed without a password, so other machines must not reach it",
                            Printable(host, kShown)));
  }
  return address;
}

Expected<ListeningPort> ListeningPort::Open(const LoopbackAddress& address) {
  std::optional<Address> where = ToAddress(address.host, address.port);
  if (!where) return Refused(address, EADDRNOTAVAIL);
  Fd fd(socket(where->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return Refused(address, errno);
  // Connections of a process before, which the kernel still remembers, are nobody's who listens.
  const int yes = 1;
  setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(*fd, &where->any, SizeOf(*where)) != 0 || listen(*fd, kBacklog) != 0) return Refused(address, errno);
  socklen_t size = sizeof(*where);
  if (getsockname(*fd, &where->any, &size) != 0) return Refused(address, errno);
  LoopbackAddress chosen = address;
  chosen.port = ntohs(where->any.sa_family == AF_INET6 ? where->v6.sin6_port : where->v4.sin_port);
  return ListeningPort(std::move(chosen), std::move(fd));
}

}  // namespace skep::net
