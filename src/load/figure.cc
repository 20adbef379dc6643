#include "load/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "metrics/scale.h"

namespace skep::load {
namespace {

using Kind = Figure::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 5> kNames = {{{"max", Kind::kMax},
                                                                      {"errors", Kind::kErrors},
                                                                      {"rate", Kind::kRate},
                                                                      {"cpu", Kind::kCpu},
                                                                      {"rss", Kind::kResident}}};

constexpr std::array<Figure, 10> kShown = {{{Kind::kPercentile, 50},
                                            {Kind::kPercentile, 90},
                                            {Kind::kPercentile, 95},
                                            {Kind::kPercentile, 99},
                                            {Kind::kPercentile, 99.9},
                                            {Kind::kMax},
                                            {Kind::kRate},
                                            {Kind::kErrors},
                                            {Kind::kCpu},
                                            {Kind::kResident}}};

std::optional<double> AsDouble(const std::optional<std::uint64_t>& value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

}  // namespace

std::optional<Figure> FindFigure(std::string_view name) {
  const auto found = std::ranges::find(kNames, name, [](const auto& pair) { return pair.first; });
  if (found != kNames.end()) return Figure{found->second};
  if (!name.starts_with('p')) return std::nullopt;
  double percent = 0;
  const char* const end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + 1, end, percent, std::chars_format::fixed);
  if (read.ec != std::errc() || read.ptr != end || !(percent >= 0 && percent <= 100)) return std::nullopt;
  return Figure{Kind::kPercentile, percent};
}

std::string Name(const Figure& figure) {
  if (figure.kind == Kind::kPercentile) return fmt::format("p{}", figure.percent);
  return std::string(std::ranges::find(kNames, figure.kind, [](const auto& pair) { return pair.second; })->first);
}

std::span<const Figure> ShownFigures() { return kShown; }

std::optional<double> ValueOf(const Figure& figure, const Outcome& outcome) {
  switch (figure.kind) {
    case Kind::kPercentile:
      return AsDouble(outcome.latency.Percentile(figure.percent));
    case Kind::kMax:
      return AsDouble(outcome.latency.Max());
    case Kind::kErrors:
      if (outcome.due == 0) return std::nullopt;
      return static_cast<double>(outcome.error_count()) / static_cast<double>(outcome.due);
    case Kind::kRate:
      return outcome.rate();
    case Kind::kCpu:
      return outcome.cpu_ns_per_answer();
    case Kind::kResident:
      break;
  }
  return outcome.peak_resident_bytes;
}

std::string ValueText(const Figure& figure, double value) {
  switch (figure.kind) {
    case Kind::kRate:
      return metrics::ValueText(value, metrics::Unit::kPerSecond);
    case Kind::kErrors:
      return value == 0 ? "0 %" : fmt::format("{:.3g} %", value * 100);
    case Kind::kResident:
      return metrics::ValueText(value, metrics::Unit::kBytes);
    case Kind::kPercentile:
    case Kind::kMax:
    case Kind::kCpu:
      break;
  }
  return metrics::ValueText(value, metrics::Unit::kNs);
}

}  // namespace skep::load
