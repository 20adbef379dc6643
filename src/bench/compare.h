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

/// A difference that is worth being told of: below, the machine's mood is as likely as the code.
inline constexpr double kWorth = 0.10;

struct Difference {
  Row before;
  Row after;                    ///< Its figure names both.
  std::optional<double> ratio;  ///< After by before, of the medians.
  Verdict verdict = Verdict::kNoData;
};

struct Comparison {
  std::vector<Difference> rows;      ///< In the order of the first report, and then what only the second one has.
  std::vector<std::string> caution;  ///< What makes the two hard to compare: another machine, an interrupted run.

  std::int64_t Count(Verdict verdict) const;
};

/// Row by row, by the medians.
Comparison Compare(const Report& before, const Report& after);

/// One line of JSON.
std::string ToJson(const Comparison& comparison);

}  // namespace skep::bench
