#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "skep/field.h"

// What a Range means, and how it is said. Shared by the decoder, the schema and help texts.

namespace skep {

/// "from 1 to 1024", "at least 1". REQUIRES: a bound.
inline std::string RangeText(const Range& range) {
  if (range.min != Range::kOpen && range.max != Range::kOpen) return fmt::format("from {} to {}", range.min, range.max);
  return range.min != Range::kOpen ? fmt::format("at least {}", range.min) : fmt::format("at most {}", range.max);
}

/// "1 to 64 elements", "at most 1024 characters".
inline std::string SizeText(const Range& range, std::string_view unit) {
  if (range.min != Range::kOpen && range.max != Range::kOpen) {
    return fmt::format("{} to {} {}", range.min, range.max, unit);
  }
  return fmt::format("{} {}", RangeText(range), unit);
}

inline bool IsOpen(const Range& range) { return range.min == Range::kOpen && range.max == Range::kOpen; }

inline bool InRange(const Range& range, double value) {
  return (range.min == Range::kOpen || value >= static_cast<double>(range.min)) &&
         (range.max == Range::kOpen || value <= static_cast<double>(range.max));
}

inline bool InRange(const Range& range, std::int64_t value) {
  return (range.min == Range::kOpen || value >= range.min) && (range.max == Range::kOpen || value <= range.max);
}

}  // namespace skep
