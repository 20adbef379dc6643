#include "bench/value_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "metrics/scale.h"

namespace skep::bench {

std::string ValueText(double value) {
  const double size = std::abs(value);
  if (size >= 999.5) {
    return (value < 0 ? "-" : "") + metrics::CountText(static_cast<std::uint64_t>(std::llround(size)));
  }
  if (size == 0) return "0";
  const int decimals = std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 6);
  return fmt::format("{:.{}f}", value, decimals);
}

std::string ValueText(double value, std::string_view unit) {
  return fmt::format("{}{}{}", ValueText(value), unit.empty() || unit.starts_with('/') ? "" : " ", unit);
}

std::string IntervalText(const Row& row) {
  return row.interval ? fmt::format("{} – {}", ValueText(row.interval->low), ValueText(row.interval->high)) : "";
}

std::string RatioText(const Row& row) { return row.ratio ? fmt::format("× {}", ValueText(*row.ratio)) : ""; }

std::string RatioIntervalText(const Row& row) {
  if (!row.ratio || !row.ratio_interval) return RatioText(row);
  return fmt::format("{} ({} – {})", RatioText(row), ValueText(row.ratio_interval->low),
                     ValueText(row.ratio_interval->high));
}

std::string BoundText(const Row& row) {
  if (!row.figure.required) return {};
  return fmt::format("{} {}", row.figure.better == Better::kHigher ? "≥" : "≤",
                     ValueText(*row.figure.required, row.figure.unit));
}

std::string RequiredText(const Row& row) {
  if (!row.figure.required) return {};
  const auto met = Met(row);
  return fmt::format("{}: {}", BoundText(row), met ? (*met ? "met" : "not met") : "no data");
}

}  // namespace skep::bench
