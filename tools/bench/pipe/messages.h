#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

/// What the client says. Ids have seven digits, so that lines of one kind have one size.
namespace skep::pipe {

/// Bytes of the value that is retrieved: a note of an agent, some words.
inline constexpr int kHotValueBytes = 100;
/// Bytes of a value that is stored.
inline constexpr int kStoreBytes = 1000;
/// Keys that are stored under: more than one transaction touches.
inline constexpr std::uint64_t kStoreKeys = 10'000;
/// Bytes of a large value: the most that skep takes, in a line of nearly 10 MB.
inline constexpr std::size_t kLargeBytes = 9 * 1024 * 1024;

/// initialize and notifications/initialized. One reply.
std::string Handshake();
std::string Ping(std::uint64_t n);
std::string RetrieveHot(std::uint64_t n);
/// Makes what RetrieveHot finds.
std::string StoreHot();
/// A value that differs from the one before it under this key: SQLite does not write what does not change.
std::string Store(std::uint64_t n);
/// A text in lines, under a key of its own; it differs from those before it in each of its pages.
std::string StoreLarge(std::uint64_t n);
/// The part of it from `offset` on that fits into an answer.
std::string RetrieveLarge(std::int64_t offset);

/// `count` lines in one string.
template <class Message>
std::string Lines(Message message, std::uint64_t first, std::uint64_t count) {
  std::string lines;
  for (std::uint64_t n = first; n < first + count; ++n) lines += message(n);
  return lines;
}

}  // namespace skep::pipe
