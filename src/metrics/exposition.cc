#include "metrics/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace skep::metrics {
namespace {

std::string Escape(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

}  // namespace

void Exposition::Family(std::string_view name, Type type, std::string_view help) {
  family_ = name;
  fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                 type == Type::kCounter     ? "counter"
                 : type == Type::kHistogram ? "histogram"
                                            : "gauge");
}

void Exposition::Sample(std::int64_t value) { fmt::format_to(std::back_inserter(text_), "{} {}\n", family_, value); }

void Exposition::Sample(double value) { fmt::format_to(std::back_inserter(text_), "{} {}\n", family_, value); }

void Exposition::Name(std::string_view suffix, std::span<const Label> labels, std::string_view le) {
  fmt::format_to(std::back_inserter(text_), "{}{}", family_, suffix);
  char separator = '{';
  for (const Label& label : labels) {
    fmt::format_to(std::back_inserter(text_), "{}{}=\"{}\"", separator, label.name, Escape(label.value));
    separator = ',';
  }
  if (!le.empty()) fmt::format_to(std::back_inserter(text_), "{}le=\"{}\"", std::exchange(separator, ','), le);
  if (separator == ',') text_ += '}';
}

void Exposition::Sample(std::span<const Label> labels, std::uint64_t value) {
  Name({}, labels);
  fmt::format_to(std::back_inserter(text_), " {}\n", value);
}

void Exposition::Sample(std::span<const Label> labels, double value) {
  Name({}, labels);
  fmt::format_to(std::back_inserter(text_), " {}\n", value);
}

void Exposition::Sample(std::string_view label, std::string_view label_value, std::int64_t value) {
  const Label labels[] = {{label, label_value}};
  Name({}, labels);
  fmt::format_to(std::back_inserter(text_), " {}\n", value);
}

void Exposition::Histogram(std::span<const Label> labels, const Distribution& values, double unit, unsigned first,
                           unsigned last) {
  std::size_t bucket = 0;
  std::uint64_t below = 0;
  for (unsigned power = first; power <= last; power += 2) {
    const std::size_t end = BucketScale::Of(std::uint64_t{1} << power);
    for (; bucket < std::min(end, values.counts().size()); ++bucket) below += values.counts()[bucket];
    Name("_bucket", labels, fmt::format("{:.6g}", static_cast<double>(std::uint64_t{1} << power) * unit));
    fmt::format_to(std::back_inserter(text_), " {}\n", below);
  }
  Name("_bucket", labels, "+Inf");
  fmt::format_to(std::back_inserter(text_), " {}\n", values.count());
  Name("_sum", labels);
  fmt::format_to(std::back_inserter(text_), " {}\n", static_cast<double>(values.total()) * unit);
  Name("_count", labels);
  fmt::format_to(std::back_inserter(text_), " {}\n", values.count());
}

void Exposition::ByName(std::string_view name, std::string_view help, std::string_view label,
                        std::span<const std::string_view> names, std::span<const std::int64_t> values) {
  Family(name, Type::kGauge, help);
  for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i) Sample(label, names[i], values[i]);
}

}  // namespace skep::metrics
