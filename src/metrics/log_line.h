#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "metrics/log_severity.h"

namespace skep::metrics {

/// What a line of somebody's log says of itself.
struct LogLine {
  std::optional<std::int64_t> at_ms;  ///< See log_moment.h.
  Severity severity = Severity::kNone;
  std::optional<std::int64_t> took_ns;  ///< See log_duration.h.
  std::string_view text;                ///< The line without its moment.
};

/// `now_ms`: see ReadMoment.
LogLine ReadLogLine(std::string_view line, std::int64_t now_ms);

}  // namespace skep::metrics
