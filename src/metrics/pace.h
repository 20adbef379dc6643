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
  /// By agent: how long it takes, against the median agent. 1 for those with no piece.
  std::vector<double> slowness;
  std::vector<std::int64_t> pieces;  ///< By agent: that this was measured over.
  /// From the end of a piece to its agent's next claim, where that was of something that was ready before: the median.
  std::int64_t between_ms = 0;
  double spread = 0;  ///< Standard deviation of what is left to chance, of logarithms.

  /// Agents that are half as fast as the median one, or less, by more than chance. The slowest first.
  std::vector<std::uint32_t> Slow() const;
};
Pace MeasurePace(const WorkGraph& graph);

}  // namespace skep::metrics
