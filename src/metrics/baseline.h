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
namespace skep::metrics {

enum class Verdict : int { kImproved, kSame, kWorse, kTooFew };
constexpr std::array<std::string_view, 4> Names(Verdict) { return {"improved", "same", "worse", "too_few"}; }

struct Comparison {
  std::string operation;
  Verdict verdict = Verdict::kTooFew;
  std::int64_t minutes = 0;           ///< That were compared.
  std::int64_t baseline_minutes = 0;  ///< With so many.
  std::int64_t baseline_ms = 0;       ///< Wall clock: when the baseline was set.
  std::optional<double> p95_ns;       ///< The median of the minutes'.
  std::optional<double> baseline_p95_ns;
};

/// Minutes from which two sets are compared: below, hardly any difference could be told from chance.
inline constexpr std::size_t kFewestMinutes = 8;

/// Judges two sets of figures of which less is better.
Verdict Compare(std::span<const double> baseline, std::span<const double> now);

/// The operations that have a baseline, of minutes that begin in [from_ms, to_ms), the worse ones first.
std::vector<Comparison> CompareWithBaselines(store::Database& database, std::int64_t from_ms, std::int64_t to_ms);

/// Sets the baseline of operations that have none, or have become faster, from the minutes of the hour before `now_ms`.
/// In a write.
void UpdateBaselines(store::Database& database, std::int64_t now_ms);

}  // namespace skep::metrics
