#pragma once

#include <cstdint>
#include <string>

/// What the client says. Ids have seven digits, so that lines of one kind have one size.
namespace skep::bench {

/// Bytes of the value that is retrieved: a note of an agent, some words.
inline constexpr int kHotValueBytes = 100;
/// Bytes of a value that is stored.
inline constexpr int kStoreBytes = 1000;
/// Keys that are stored under: more than one transaction touches.
inline constexpr std::uint64_t kStoreKeys = 10'000;

/// initialize and notifications/initialized. One reply.
std::string Handshake();
std::string Ping(std::uint64_t n);
std::string RetrieveHot(std::uint64_t n);
/// Makes what RetrieveHot finds.
std::string StoreHot();
/// A value that differs from the one before it under this key: SQLite does not write what does not change.
std::string Store(std::uint64_t n);

/// `count` lines in one string.
template <class Message>
std::string Lines(Message message, std::uint64_t first, std::uint64_t count) {
  std::string lines;
  for (std::uint64_t n = first; n < first + count; ++n) lines += message(n);
  return lines;
}

}  // namespace skep::bench
