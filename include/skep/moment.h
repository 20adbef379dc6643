#pragma once

#include <cstdint>

namespace skep {

/// One moment by the two clocks that agree between processes.
struct Moment {
  std::int64_t wall_ms = 0;  ///< Milliseconds since 1970 UTC: what people see and mean. It may jump.
  std::int64_t boot_ms =
      0;  ///< CLOCK_BOOTTIME: what deadlines are counted on. No one can set it; a boot begins it anew.
};

}  // namespace skep
