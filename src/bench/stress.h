#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "load/load.h"
#include "skep/error.h"

namespace skep::bench {

/// One rate that was tried.
struct Tried {
  double per_s = 0;
  std::optional<double> p95_ns;
  double answered_per_s = 0;
  std::uint64_t errors = 0;
  bool held = false;
};

/// The p95 that is required, of what is answered.
inline constexpr double kMostP95Ms = 5;
/// What holds: p95 within that, no error, and 99 of 100 that were due are answered in time.
bool Holds(const load::Outcome& outcome, double per_s);

struct Stressed {
  std::vector<Tried> tried;       ///< In the order in which they were; without the one that was interrupted.
  std::optional<double> highest;  ///< That held; none did.
  bool broke = false;             ///< Some rate did not hold: else the highest is only the highest that was tried.
  bool interrupted = false;       ///< It ended early: a higher rate may hold.
};

/// Finds the highest rate that holds: doubles it until it breaks, and halves the gap then. `run` measures at a rate for
/// as long as it likes; it fails when there is no server. An outcome that was interrupted is the last one.
Expected<Stressed> FindBreakingRate(const std::function<Expected<load::Outcome>(double per_s)>& run);

}  // namespace skep::bench
