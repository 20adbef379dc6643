#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

/// How long operations usually take, and whether they take longer now.
///
/// What is compared are the 95th percentiles of minutes, not single calls: calls of one minute have that minute's
/// machine in common, and a hundred thousand of them would make any hiccup look certain. Two sets of minutes differ
/// when a Mann-Whitney U test says so (two-sided, p < 0.01, normal approximation with ties corrected) and their medians
/// differ by a tenth or more. Mann, Whitney: Ann. Math. Statist. 18 (1947).
///
/// A baseline is of one whole hour of the clock, and changes only when two such hours, one after the other, were both
/// better. Each hour is looked at once: who looks again and again for something better finds the luckiest hour, against
/// which all others are worse.
namespace skep::metrics {

enum class Verdict : int { kImproved, kSame, kWorse, kTooFew };
constexpr std::array<std::string_view, 4> Names(Verdict) { return {"improved", "same", "worse", "too_few"}; }

struct Comparison {
  std::string operation;
  Verdict verdict = Verdict::kTooFew;
  std::int64_t minutes = 0;           ///< That were compared.
  std::int64_t baseline_minutes = 0;  ///< With so many.
  std::int64_t baseline_ms = 0;       ///< Wall clock: when the hour ended that the baseline is of.
  std::optional<double> p95_ns;       ///< The median of the minutes'.
  std::optional<double> baseline_p95_ns;
};

/// Minutes from which two sets are compared: below, hardly any difference could be told from chance.
inline constexpr std::size_t kFewestMinutes = 8;

/// Judges two sets of figures of which less is better.
Verdict Compare(std::span<const double> baseline, std::span<const double> now);

/// The operations that have a baseline, of minutes that begin in [from_ms, to_ms) and after the hour that the baseline
/// is of, the worse ones first.
std::vector<Comparison> CompareWithBaselines(store::Database& database, std::int64_t from_ms, std::int64_t to_ms);

/// Looks at the hours that have ended since the last time, in whichever process: sets the baseline of operations that
/// have none, or have become faster. In a write.
void UpdateBaselines(store::Database& database, std::int64_t now_ms);

}  // namespace skep::metrics
