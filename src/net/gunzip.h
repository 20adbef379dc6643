#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "skep/block.h"

namespace skep::net {

enum class Unpacked : std::uint8_t {
  kAll,
  kDamaged,   ///< No gzip, cut off, or something follows it.
  kTooLarge,  ///< It would be more than `most` bytes; `to` has some of them.
};

/// Appends what a gzip file holds, at most `most` bytes of it.
Unpacked Gunzip(std::string_view packed, Block& to, std::size_t most);

}  // namespace skep::net
