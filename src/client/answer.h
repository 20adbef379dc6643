#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "json/reader.h"

namespace skep::client {

/// What a line from a server is, as far as it matters to whoever counts and times.
struct Answer {
  enum class Kind : std::uint8_t {
    kResult,
    kToolError,  ///< A result that says isError.
    kError,
    kNotification,
    kRequest,    ///< The server asks something.
    kMalformed,  ///< No JSON-RPC message.
  };
  Kind kind = Kind::kMalformed;
  std::int64_t id = -1;   ///< Of a reply: its id when that is an integer ≥ 0, else -1.
  std::int64_t code = 0;  ///< Of kError.
};

/// Looks at one line. The shapes that servers write all day are told by their beginnings, in some tens of ns; the
/// others are parsed, what a server asks among them: that is the reader's root() then. REQUIRES: as
/// json::Reader::Parse. Does not say whether the rest of a result is valid JSON: what judges a server parses it.
Answer Look(std::span<char> line, json::Reader& reader);

}  // namespace skep::client
