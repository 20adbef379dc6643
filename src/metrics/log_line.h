#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace skep::metrics {

enum class Severity : int { kNone, kDebug, kInfo, kWarning, kError, kFatal };
constexpr std::array<std::string_view, 6> Names(Severity) {
  return {"none", "debug", "info", "warning", "error", "fatal"};
}

/// What a line of somebody's log says of itself.
struct LogLine {
  /// Since 1970 UTC, if the line begins with a moment: 2026-11-21T08:30:00.123Z (also with a space or slashes, a comma,
  /// an offset; without one it is taken for UTC), seconds or milliseconds since 1970, or syslog's Nov 21 08:30:00.
  std::optional<std::int64_t> at_ms;
  /// The first level that is named; else kError if a word of the line tells of a failure; else kNone.
  Severity severity = Severity::kNone;
  /// How long something took, if it says so: "took 123 ms", "in 4.5s", "duration=12ms", "elapsed_ms=7".
  std::optional<std::int64_t> took_ns;
  /// The line without its moment.
  std::string_view text;
};

/// `now_ms`: syslog leaves out the year, which is then the last in which this is not to come.
LogLine ReadLogLine(std::string_view line, std::int64_t now_ms);

}  // namespace skep::metrics
