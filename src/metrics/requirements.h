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

/// What a period has shown. A rate that nobody has asked for shows nothing: that is "no data".
struct Evidence {
  std::span<const Window> windows;                 ///< Of the period, by operation.
  const std::map<ProcessKey, Samples>& processes;  ///< Of the period.
};
std::vector<Requirement> CheckRequirements(const Evidence& evidence);

}  // namespace skep::metrics
