#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "metrics/windows.h"

namespace skep::handlers {

/// How far back a report looks.
enum class Timeframe : int { kHour, kDay, kWeek, kMonth };
constexpr std::array<std::string_view, 4> Names(Timeframe) { return {"1h", "24h", "7d", "30d"}; }

constexpr std::int64_t LengthMs(Timeframe timeframe) {
  constexpr std::array<std::int64_t, 4> kLengths = {metrics::kHourMs, metrics::kDayMs, 7 * metrics::kDayMs,
                                                    30 * metrics::kDayMs};
  return kLengths[static_cast<std::size_t>(timeframe)];
}

/// How much of a report is told, and as text or as data.
enum class ReportFormat : int { kSummary, kDetailed, kJson };
constexpr std::array<std::string_view, 3> Names(ReportFormat) { return {"summary", "detailed", "json"}; }

}  // namespace skep::handlers
