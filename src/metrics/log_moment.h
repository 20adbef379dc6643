#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace skep::metrics {

/// The moment that a log's line begins with, since 1970 UTC: 2026-11-21T08:30:00.123Z (also with a space or slashes, a
/// comma, an offset; without one it is taken for UTC), seconds or milliseconds since 1970, or syslog's Nov 21 08:30:00,
/// which leaves out the year: then it is the last in which this is not to come. If there is one, `text` is what
/// follows.
std::optional<std::int64_t> ReadMoment(std::string_view line, std::int64_t now_ms, std::string_view& text);

}  // namespace skep::metrics
