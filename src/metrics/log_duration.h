#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace skep::metrics {

/// How many nanoseconds a log's line says that something took, if it does: "took 123 ms", "in 4.5s", "duration=12ms",
/// "elapsed_ms=7", "(35 us)". The first that it says.
std::optional<std::int64_t> DurationIn(std::string_view text);

}  // namespace skep::metrics
