#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "skep/error.h"
#include "swarm/memory.h"

namespace skep::handlers {

/// A value, or the bytes of it that were read: borrowed.
struct ValueBytes {
  ValueBytes() = default;
  /// All of it.
  ValueBytes(std::string_view value) : bytes(value), size(value.size()) {}
  ValueBytes(const std::string& value) : ValueBytes(std::string_view(value)) {}
  ValueBytes(std::string&&) = delete;
  ValueBytes(std::string_view read, std::size_t begin, std::size_t whole) : bytes(read), from(begin), size(whole) {}

  std::string_view bytes;
  std::size_t from = 0;  ///< Where they begin in the value,
  std::size_t size = 0;  ///< which has so many.
};

/// What TakePart looks at of a value of any size, for this part.
swarm::Wanted WantedFor(std::int64_t offset, std::optional<std::int64_t> length);

/// The part of a value that one answer carries: from `offset`, at most `length` bytes if given, cut between characters,
/// and no more than fits: an answer holds the value twice, escaped once as data and twice as text, and must stay below
/// the longest line that clients take. kInvalidArgument when `offset` is beyond the end or inside a character.
/// REQUIRES: the value has the bytes of WantedFor(offset, length).
Expected<std::string_view> TakePart(const ValueBytes& value, std::int64_t offset, std::optional<std::int64_t> length);

}  // namespace skep::handlers
