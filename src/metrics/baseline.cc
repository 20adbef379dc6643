#include "metrics/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "metrics/requests.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kRead{"SELECT operation, set_ms, p95s FROM metric_baselines ORDER BY operation"};
constexpr Sql kSet{
    "INSERT INTO metric_baselines (operation, set_ms, count, p95s) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (operation) DO UPDATE SET set_ms = excluded.set_ms, count = excluded.count, p95s = excluded.p95s"};

/// Minutes kept of a baseline: an hour's.
constexpr std::size_t kMinutes = 60;
/// Calls in a minute from which its 95th percentile is one.
constexpr std::uint64_t kFewestCalls = 20;
/// Two-sided p < 0.01 of the normal distribution.
constexpr double kCritical = 2.576;
/// What nobody would notice is no change.
constexpr double kNoticeable = 1.1;

double Median(std::span<const double> sorted) {
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

std::vector<double> Sorted(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return sorted;
}

/// How far the second set's ranks are above what chance would make of them, in standard deviations; 0 when all are
/// equal.
double RankShift(std::span<const double> first, std::span<const double> second) {
  std::vector<std::pair<double, bool>> all;
  for (const double value : first) all.emplace_back(value, false);
  for (const double value : second) all.emplace_back(value, true);
  std::ranges::sort(all);
  double ranks = 0;
  double ties = 0;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    while (end < all.size() && all[end].first == all[i].first) ++end;
    const auto same = static_cast<double>(end - i);
    ties += same * same * same - same;
    const double rank = (static_cast<double>(i + end) + 1) / 2;
    for (; i < end; ++i) {
      if (all[i].second) ranks += rank;
    }
  }
  const auto m = static_cast<double>(first.size());
  const auto n = static_cast<double>(second.size());
  const double u = ranks - n * (n + 1) / 2;
  const double variance = m * n / 12 * (m + n + 1 - ties / ((m + n) * (m + n - 1)));
  return variance > 0 ? (u - m * n / 2) / std::sqrt(variance) : 0;
}

/// The 95th percentiles of minutes, by operation.
std::map<std::string, std::vector<double>> Minutes(Database& database, std::int64_t from_ms, std::int64_t to_ms) {
  std::map<std::string, std::vector<double>> minutes;
  for (const Window& window : ReadWindows(database, 60, WindowStart(from_ms, 60), to_ms)) {
    if (!IsRequest(window.operation) || window.values.count() < kFewestCalls) continue;
    minutes[window.operation].push_back(static_cast<double>(*window.values.Percentile(95)));
  }
  return minutes;
}

struct Baseline {
  std::int64_t set_ms = 0;
  std::vector<double> p95s;
};

std::map<std::string, Baseline> ReadBaselines(Database& database) {
  std::map<std::string, Baseline> baselines;
  for (Cursor row = database.Query(kRead); row.Next();) {
    Baseline& baseline = baselines[std::string(row.Text(0))];
    baseline.set_ms = row.Int(1);
    const std::string_view text = row.Text(2);
    for (const char* at = text.data(); at < text.data() + text.size();) {
      double value = 0;
      const auto read = std::from_chars(at, text.data() + text.size(), value);
      if (read.ec != std::errc()) break;
      baseline.p95s.push_back(value);
      at = read.ptr + 1;
    }
  }
  return baselines;
}

}  // namespace

Verdict Compare(std::span<const double> baseline, std::span<const double> now) {
  if (baseline.size() < kFewestMinutes || now.size() < kFewestMinutes) return Verdict::kTooFew;
  const double ratio = Median(Sorted(now)) / Median(Sorted(baseline));
  const double shift = RankShift(baseline, now);
  if (shift > kCritical && ratio >= kNoticeable) return Verdict::kWorse;
  if (shift < -kCritical && ratio <= 1 / kNoticeable) return Verdict::kImproved;
  return Verdict::kSame;
}

std::vector<Comparison> CompareWithBaselines(Database& database, std::int64_t from_ms, std::int64_t to_ms) {
  std::vector<Comparison> comparisons;
  const auto minutes = Minutes(database, from_ms, to_ms);
  for (const auto& [operation, baseline] : ReadBaselines(database)) {
    Comparison& one = comparisons.emplace_back();
    one.operation = operation;
    one.baseline_minutes = std::ssize(baseline.p95s);
    one.baseline_ms = baseline.set_ms;
    one.baseline_p95_ns = Median(Sorted(baseline.p95s));
    const auto now = minutes.find(operation);
    if (now == minutes.end()) continue;
    one.minutes = std::ssize(now->second);
    one.p95_ns = Median(Sorted(now->second));
    one.verdict = Compare(baseline.p95s, now->second);
  }
  std::ranges::stable_sort(comparisons, {}, [](const Comparison& one) {
    return one.verdict == Verdict::kWorse ? 0 : one.verdict == Verdict::kImproved ? 1 : 2;
  });
  return comparisons;
}

void UpdateBaselines(Database& database, std::int64_t now_ms) {
  const auto baselines = ReadBaselines(database);
  for (const auto& [operation, minutes] : Minutes(database, now_ms - kHourMs, WindowStart(now_ms, 60))) {
    if (minutes.size() < kFewestMinutes) continue;
    const auto old = baselines.find(operation);
    if (old != baselines.end() && Compare(old->second.p95s, minutes) != Verdict::kImproved) continue;
    const std::span<const double> newest = std::span(minutes).last(std::min(minutes.size(), kMinutes));
    database.Execute(kSet, operation, now_ms, static_cast<std::int64_t>(newest.size()),
                     fmt::format("{:.0f}", fmt::join(newest, ",")));
  }
}

}  // namespace skep::metrics
