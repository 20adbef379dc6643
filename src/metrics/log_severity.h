#pragma once

#include <array>
#include <string_view>

namespace skep::metrics {

enum class Severity : int { kNone, kDebug, kInfo, kWarning, kError, kFatal };
constexpr std::array<std::string_view, 6> Names(Severity) {
  return {"none", "debug", "info", "warning", "error", "fatal"};
}

/// Of a log's line: the first level that is named near its beginning; else kError if a word of it tells of a failure;
/// else kNone.
Severity SeverityOf(std::string_view text);

}  // namespace skep::metrics
