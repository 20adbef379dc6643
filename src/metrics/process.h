#pragma once

#include <cstdint>
#include <optional>

namespace skep::metrics {

/// What the kernel says of this process; absent where it says nothing.
struct ProcessFigures {
  std::optional<double> started_s;  ///< Seconds since 1970 UTC.
  std::optional<double> cpu_s;      ///< User and system time.
  std::optional<std::int64_t> resident_bytes;
  std::optional<std::int64_t> virtual_bytes;
  std::optional<std::int64_t> open_files;
};
ProcessFigures MeasureProcess();

}  // namespace skep::metrics
