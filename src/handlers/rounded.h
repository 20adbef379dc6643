#pragma once

#include <cmath>
#include <optional>

namespace skep::handlers {

/// To the third place: shares and milliseconds are not known better, and are read by people.
inline double Rounded(double value) { return std::round(value * 1000) / 1000; }
inline std::optional<double> Rounded(const std::optional<double>& value) {
  return value ? std::optional(Rounded(*value)) : std::nullopt;
}

}  // namespace skep::handlers
