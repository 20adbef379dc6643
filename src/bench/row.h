#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "load/statistics.h"

/// What a benchmark yields: figures, each with how sure it is and with what the machine itself can do beside it.
namespace skep::bench {

enum class Better : std::uint8_t { kHigher, kLower };

/// One figure that a suite measures.
struct Figure {
  std::string name;
  std::string unit;
  Better better = Better::kLower;
  std::string note;     ///< What has to be known to read it. Empty: nothing.
  std::string subject;  ///< What it is a figure of, where several are compared: a topology, a number of agents.
  /// What skep is required to keep to: at least, where higher is better, else at most. Absent: nothing is required.
  std::optional<double> required = {};
};

/// What it is compared with.
struct Floor {
  std::string name;              ///< Empty: with nothing.
  std::optional<double> median;  ///< Absent: it could not be measured.
};

struct Interval {
  double low = 0;
  double high = 0;
};

struct Row {
  std::string suite;
  Figure figure;
  std::int64_t samples = 0;          ///< Repetitions that were measured.
  bool once = false;                 ///< It was counted once, for it does not vary: no time gives it an interval.
  std::optional<double> median;      ///< Of them; absent: no data, and the figure's note says why.
  std::optional<Interval> interval;  ///< 95 %, by bootstrap. Absent: too few samples.
  Floor floor;
  std::optional<double> ratio;  ///< Of the medians: what is measured by its floor.
  /// 95 %, by bootstrap of the pairs: what slowed down both widens nothing. Absent: too few samples.
  std::optional<Interval> ratio_interval;
};

/// Repetitions that an interval takes.
inline constexpr auto kLeastForInterval = static_cast<std::int64_t>(load::kLeastValues);

/// Whether the median keeps to what is required. Nothing when nothing is, or there are no data.
std::optional<bool> Met(const Row& row);
/// Whether there is any figure at all: a row may lack its own for a good reason, like too little time.
bool AnyFigure(std::span<const Row> rows);

/// Sums up what the repetitions gave. `floors` is as long as `values`, or empty; the interval comes from `seed`.
Row Summarise(std::string_view suite, Figure figure, std::span<const double> values, std::string_view floor_name,
              std::span<const double> floors, std::uint64_t seed);
/// The row of something that could not be measured.
Row NoData(std::string_view suite, Figure figure, std::string_view why);
/// The row of something that was counted once and does not vary, like a size.
Row Single(std::string_view suite, Figure figure, double value);

}  // namespace skep::bench
