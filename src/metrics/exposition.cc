#include "metrics/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

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
                 type == Type::kCounter ? "counter" : "gauge");
}

void Exposition::Sample(std::int64_t value) { fmt::format_to(std::back_inserter(text_), "{} {}\n", family_, value); }

void Exposition::Sample(double value) { fmt::format_to(std::back_inserter(text_), "{} {}\n", family_, value); }

void Exposition::Sample(std::string_view label, std::string_view label_value, std::int64_t value) {
  fmt::format_to(std::back_inserter(text_), "{}{{{}=\"{}\"}} {}\n", family_, label, Escape(label_value), value);
}

void Exposition::ByName(std::string_view name, std::string_view help, std::string_view label,
                        std::span<const std::string_view> names, std::span<const std::int64_t> values) {
  Family(name, Type::kGauge, help);
  for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i) Sample(label, names[i], values[i]);
}

}  // namespace skep::metrics
