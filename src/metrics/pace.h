#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "metrics/work_graph.h"

namespace skep::metrics {

/// How fast agents work, on comparable work: that which takes the same capability.
///
/// The logarithm of what a piece took is the kind's plus the agent's plus chance; the first two are fitted by means
/// (a piece that takes ten times as long counts as much as one that takes a tenth). So one agent is not called slow
/// because it alone does what takes long.
struct Pace {
  /// By agent: how long it takes, against the median agent; drawn towards that where there are few pieces. 1 for those
  /// of whom nothing was measured.
  std::vector<double> slowness;
  std::vector<std::int64_t> pieces;  ///< By agent: that this was measured over.
  double spread = 0;                 ///< Standard deviation of what is left to chance, of logarithms.

  /// Agents that are slower than the median one by more than half, beyond all doubt: by so many standard errors that
  /// none of some dozens of equal agents would be. The slowest first.
  std::vector<std::uint32_t> Slow() const;
};
Pace MeasurePace(const WorkGraph& graph);

}  // namespace skep::metrics
