#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skep {

/// Bytes that FormatTime needs.
inline constexpr std::size_t kTimeTextSize = 32;

/// Milliseconds since 1970 UTC as RFC 3339: 2026-11-21T08:30:00.123Z. Returns a view of `to`. Years 0 to 9999; other
/// times are shown as the nearest of those.
std::string_view FormatTime(std::int64_t ms, char (&to)[kTimeTextSize]);

}  // namespace skep
