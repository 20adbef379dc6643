#include "load/progress.h"

#include <fmt/format.h>

#include <iterator>

#include "metrics/scale.h"

namespace skep::load {

std::string ProgressText(const Plan& plan, const Outcome& so_far) {
  std::string text =
      fmt::format("{:.1f} of {} s", so_far.seconds, so_far.warming_up ? plan.warm_up_s : plan.duration_s);
  if (so_far.warming_up) text += " of warm-up";
  if (const auto rate = so_far.rate()) {
    fmt::format_to(std::back_inserter(text), "  {}", metrics::ValueText(*rate, metrics::Unit::kPerSecond));
  }
  for (const double percent : {50.0, 99.0}) {
    if (const auto value = so_far.latency.Percentile(percent)) {
      fmt::format_to(std::back_inserter(text), "  p{} {}", percent,
                     metrics::ValueText(static_cast<double>(*value), metrics::Unit::kNs));
    }
  }
  const auto errors = so_far.error_count();
  fmt::format_to(std::back_inserter(text), "  {} error{}", metrics::CountText(errors), errors == 1 ? "" : "s");
  return text;
}

}  // namespace skep::load
