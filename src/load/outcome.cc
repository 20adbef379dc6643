#include <numeric>

#include "load/load.h"

namespace skep::load {

std::uint64_t Outcome::error_count() const {
  return std::accumulate(errors.begin(), errors.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& kind) { return sum + kind.second; });
}

std::optional<double> Outcome::rate() const {
  if (seconds <= 0) return std::nullopt;
  return static_cast<double>(answered) / seconds;
}

std::optional<double> Outcome::offered_rate() const {
  if (sending_s <= 0) return std::nullopt;
  return static_cast<double>(due) / sending_s;
}

std::optional<double> Outcome::cpu_ns_per_answer() const {
  if (!server_cpu_s || answered == 0) return std::nullopt;
  return *server_cpu_s * 1e9 / static_cast<double>(answered);
}

}  // namespace skep::load
