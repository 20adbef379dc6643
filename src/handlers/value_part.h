#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "skep/error.h"

namespace skep::handlers {

/// The part of a value that one answer carries: from `offset`, at most `length` bytes if given, cut between characters,
/// and no more than fits: an answer holds the value twice, escaped once as data and twice as text, and must stay below
/// the longest line that clients take. kInvalidArgument when `offset` is beyond the end or inside a character.
Expected<std::string_view> TakePart(std::string_view value, std::int64_t offset, std::optional<std::int64_t> length);

}  // namespace skep::handlers
