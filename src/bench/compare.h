#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/export.h"

namespace skep::bench {

/// What became of a figure from one run to another.
enum class Verdict : std::uint8_t {
  kNoDifference,  ///< None is shown: the intervals overlap, or it is less than kWorth.
  kBetter,
  kWorse,
  kNoData,  ///< One of them lacks it, or its interval.
};

constexpr std::array<std::string_view, 4> Names(Verdict) {
  return {"no_difference_shown", "better", "worse", "no_data"};
}

/// What a figure is judged by.
enum class Basis : std::uint8_t {
  kRatio,   ///< To its floor, which was measured in turn with it: what slows the machine down slows both.
  kFigure,  ///< Itself, which has no floor: only on a machine that was as quiet both times does that mean much.
};

constexpr std::array<std::string_view, 2> Names(Basis) { return {"ratio", "figure"}; }

/// A difference that is worth being told of: below, the machine's mood is as likely as the code.
inline constexpr double kWorth = 0.10;

/// What was measured, with its 95 % interval.
struct Estimate {
  std::optional<double> value;
  std::optional<Interval> interval;
};
Estimate EstimateOf(const Row& row, Basis basis);

struct Difference {
  Row before;
  Row after;  ///< Its figure names both.
  Basis basis = Basis::kFigure;
  std::optional<double> change;  ///< After by before, of what it is judged by. Absent: one is missing, or not above 0.
  Verdict verdict = Verdict::kNoData;
  std::string why;  ///< Why there is no verdict; empty when there is one.
};

struct Comparison {
  std::vector<Difference> rows;      ///< In the order of the first report, and then what only the second one has.
  std::vector<std::string> caution;  ///< What makes the two hard to compare: another machine, a busy one.

  std::int64_t Count(Verdict verdict) const;
  std::int64_t Count(Verdict verdict, Basis basis) const;
};

/// Row by row: what has a floor in both by the ratio to it, anything else by its median.
Comparison Compare(const Report& before, const Report& after);

/// One line of JSON.
std::string ToJson(const Comparison& comparison);

}  // namespace skep::bench
