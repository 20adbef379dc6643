#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "load/load.h"

namespace skep::load {

/// A number that an outcome has, or lacks.
struct Figure {
  enum class Kind : std::uint8_t {
    kPercentile,  ///< Of latency, in ns.
    kMax,         ///< Of latency, in ns.
    kErrors,      ///< Their share of what was due, 0 to 1 (or more, when lines came that nobody had asked for).
    kRate,        ///< Answers per second.
    kCpu,         ///< Of the server, in ns for each answer.
    kResident,    ///< Of all server processes together, in bytes: the most at any look.
  };
  Kind kind = Kind::kMax;
  double percent = 0;  ///< Of kPercentile.

  bool operator==(const Figure&) const = default;
};

/// "p50" … "p99.9" (any percentile), "max", "errors", "rate", "cpu", "rss".
std::optional<Figure> FindFigure(std::string_view name);
std::string Name(const Figure& figure);
/// Those that are shown: p50, p90, p95, p99, p99.9, max, rate, errors, cpu, rss.
std::span<const Figure> ShownFigures();
/// Nothing: no data.
std::optional<double> ValueOf(const Figure& figure, const Outcome& outcome);
/// With its unit: "1.25 ms", "0.1 %".
std::string ValueText(const Figure& figure, double value);

}  // namespace skep::load
