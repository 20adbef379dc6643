#include "metrics/duration_text.h"

#include <fmt/format.h>

#include <array>

namespace skep::metrics {

std::string NsText(std::uint64_t ns) {
  struct Unit {
    double ns;
    const char* name;
  };
  static constexpr std::array<Unit, 6> kUnits = {
      {{3600e9, "h"}, {60e9, "min"}, {1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}}};
  for (const Unit& unit : kUnits) {
    // 999.5 is 1.00 of the next one.
    const double value = static_cast<double>(ns) / unit.ns;
    if (value >= 0.9995 || unit.ns == 1) {
      return fmt::format("{:.{}f} {}", value, unit.ns == 1 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, unit.name);
    }
  }
  return "0 ns";
}

}  // namespace skep::metrics
