#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/log_line.h"
#include "metrics/trend.h"

namespace skep::metrics {

/// All lines of one signature of which one is a warning or worse. A traceback is one line with what stands at its end.
struct LogGroup {
  std::string signature;
  Severity severity = Severity::kNone;  ///< The worst.
  std::string message;                  ///< The first one, its beginning; without secrets, see redact.h.
  std::int64_t count = 0;
  std::int64_t first_line = 0;  ///< From 1.
  std::int64_t last_line = 0;
  std::optional<std::int64_t> first_ms;
  std::optional<std::int64_t> last_ms;
  Change change;
  /// Signatures of lines that came before these clearly more often than before other lines, the most frequent first.
  std::vector<Predecessor> preceding;
  std::int64_t timed = 0;     ///< Lines that say how long something took.
  std::int64_t total_ns = 0;  ///< Of these.
  std::int64_t most_ns = 0;
};

struct SlowLine {
  std::int64_t line = 0;
  std::int64_t took_ns = 0;
  std::string message;
};

struct LogReport {
  std::int64_t lines = 0;  ///< Blank ones left out; a traceback's counted one by one.
  std::int64_t stamped = 0;
  std::array<std::int64_t, Names(Severity{}).size()> by_severity{};
  /// Whether halves of time are compared, as most lines have a moment, and not halves of the lines. A line without one
  /// then has that of the line before it.
  bool by_time = false;
  std::int64_t middle_line = 0;         ///< Where the lines' second half begins.
  std::optional<std::int64_t> from_ms;  ///< The earliest moment.
  std::optional<std::int64_t> to_ms;
  std::vector<LogGroup> groups;   ///< Errors before warnings, the most frequent of each first.
  std::int64_t timed = 0;         ///< Lines that say how long something took, of whatever severity.
  std::vector<SlowLine> slowest;  ///< Of these, the slowest first, a few.
};

/// REQUIRES: within limits::kMaxLogLines and kMaxLogLine, or it takes long.
LogReport AnalyseLog(std::span<const std::string_view> lines, std::int64_t now_ms);

}  // namespace skep::metrics
