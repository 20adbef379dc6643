#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/samples.h"
#include "metrics/windows.h"
#include "store/database.h"

namespace skep::metrics {

enum class Met : int { kMet, kNotMet, kNoData };
constexpr std::array<std::string_view, 3> Names(Met) { return {"met", "not_met", "no_data"}; }

/// One thing that is asked of skep, against what was measured.
struct Requirement {
  std::string_view name;
  std::string_view wanted;
  Met met = Met::kNoData;
  std::optional<std::string> measured;
  std::optional<std::string> why;  ///< There are no data.
};

/// The most that was done in one window of so many seconds, as far as those are kept.
struct Peaks {
  std::int64_t requests = 0;
  std::int64_t agents = 0;  ///< Calls of tools about agents.
  std::int64_t tasks = 0;
  std::int64_t coordination = 0;  ///< Messages and leases.
};
Peaks ReadPeaks(store::Database& database, std::int64_t seconds, std::int64_t from_ms, std::int64_t to_ms);

/// What a period has shown. A rate that nobody has asked for shows nothing: that is "no data".
struct Evidence {
  std::span<const Window> windows;                 ///< Of the period, by operation.
  const std::map<ProcessKey, Samples>& processes;  ///< Of the period.
  Peaks ten_seconds;
  Peaks minute;
};
std::vector<Requirement> CheckRequirements(const Evidence& evidence);

}  // namespace skep::metrics
