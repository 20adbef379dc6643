#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "metrics/distribution.h"

namespace skep::metrics {

/// Writes figures in Prometheus' text format, version 0.0.4: a family is a name in base units, what it means, and a
/// sample for each value of its label.
class Exposition {
 public:
  enum class Type : std::uint8_t { kGauge, kCounter, kHistogram };
  struct Label {
    std::string_view name;
    std::string_view value;
  };

  /// Begins a family. `name`: [a-z_]+, as `help` and labels' names it comes from the program.
  void Family(std::string_view name, Type type, std::string_view help);
  /// A sample of the family begun last.
  void Sample(std::int64_t value);
  void Sample(double value);
  void Sample(std::string_view label, std::string_view label_value, std::int64_t value);
  void Sample(std::span<const Label> labels, std::uint64_t value);
  void Sample(std::span<const Label> labels, double value);
  /// The samples of one histogram: its buckets end at powers of two of the values' unit, from 2^`first` to 2^`last`,
  /// each four times the one before, so that they are exact. `unit`: what one of the values is, in the family's.
  void Histogram(std::span<const Label> labels, const Distribution& values, double unit, unsigned first, unsigned last);

  /// A family with one sample; nothing where nothing was measured.
  template <class Number>
  void Single(std::string_view name, Type type, std::string_view help, const std::optional<Number>& value) {
    if (!value) return;
    Family(name, type, help);
    Sample(*value);
  }
  /// A family of gauges with a sample for each value of an enum.
  void ByName(std::string_view name, std::string_view help, std::string_view label,
              std::span<const std::string_view> names, std::span<const std::int64_t> values);

  const std::string& text() const { return text_; }

 private:
  void Name(std::string_view suffix, std::span<const Label> labels, std::string_view le = {});

  std::string_view family_;
  std::string text_;
};

}  // namespace skep::metrics
