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

constexpr Sql kRead{"SELECT operation, set_ms, p95s, better FROM metric_baselines ORDER BY operation"};
constexpr Sql kSet{
    "INSERT INTO metric_baselines (operation, set_ms, count, p95s) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (operation) DO UPDATE SET set_ms = excluded.set_ms, count = excluded.count, p95s = excluded.p95s, "
    "better = 0"};
constexpr Sql kSetBetter{"UPDATE metric_baselines SET better = ?2 WHERE operation = ?1"};
constexpr Sql kUntil{"SELECT until_ms FROM metric_baseline_hours"};
constexpr Sql kMoveUntil{"UPDATE metric_baseline_hours SET until_ms = ?1"};
constexpr Sql kFirstUntil{"INSERT INTO metric_baseline_hours (until_ms) VALUES (?1)"};
constexpr Sql kFirstMinute{"SELECT min(start_ms) FROM metric_windows WHERE seconds = 60 AND start_ms >= ?1"};

/// An hour is looked at when all processes have written its last windows.
constexpr std::int64_t kLateMs = kMinuteMs;
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

struct Minute {
  std::int64_t start_ms = 0;
  double p95_ns = 0;
};

/// The 95th percentiles of minutes, by operation, in order.
std::map<std::string, std::vector<Minute>> Minutes(Database& database, std::int64_t from_ms, std::int64_t to_ms) {
  std::map<std::string, std::vector<Minute>> minutes;
  for (const Window& window : ReadWindows(database, 60, WindowStart(from_ms, 60), to_ms)) {
    if (!IsRequest(window.operation) || window.values.count() < kFewestCalls) continue;
    minutes[window.operation].push_back({window.start_ms, static_cast<double>(*window.values.Percentile(95))});
  }
  return minutes;
}

/// Of those that begin at `from_ms` or later.
std::vector<double> P95s(std::span<const Minute> minutes, std::int64_t from_ms) {
  std::vector<double> values;
  for (const Minute& minute : minutes) {
    if (minute.start_ms >= from_ms) values.push_back(minute.p95_ns);
  }
  return values;
}

struct Baseline {
  std::int64_t set_ms = 0;
  std::vector<double> p95s;
  bool better = false;  ///< The last hour with enough minutes was.
};

std::map<std::string, Baseline> ReadBaselines(Database& database) {
  std::map<std::string, Baseline> baselines;
  for (Cursor row = database.Query(kRead); row.Next();) {
    Baseline& baseline = baselines[std::string(row.Text(0))];
    baseline.set_ms = row.Int(1);
    baseline.better = row.Int(3) != 0;
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

void LookAtHour(Database& database, std::int64_t start_ms) {
  const std::int64_t end_ms = start_ms + kHourMs;
  const auto baselines = ReadBaselines(database);
  for (const auto& [operation, minutes] : Minutes(database, start_ms, end_ms)) {
    if (minutes.size() < kFewestMinutes) continue;
    const std::vector<double> p95s = P95s(minutes, start_ms);
    const auto old = baselines.find(operation);
    const bool better = old != baselines.end() && Compare(old->second.p95s, p95s) == Verdict::kImproved;
    if (old == baselines.end() || (better && old->second.better)) {
      database.Execute(kSet, operation, end_ms, std::ssize(p95s), fmt::format("{:.0f}", fmt::join(p95s, ",")));
    } else if (better != old->second.better) {
      database.Execute(kSetBetter, operation, better);
    }
  }
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
    const std::vector<double> p95s = P95s(now->second, baseline.set_ms);
    if (p95s.empty()) continue;
    one.minutes = std::ssize(p95s);
    one.p95_ns = Median(Sorted(p95s));
    one.verdict = Compare(baseline.p95s, p95s);
  }
  std::ranges::stable_sort(comparisons, {}, [](const Comparison& one) {
    return one.verdict == Verdict::kWorse ? 0 : one.verdict == Verdict::kImproved ? 1 : 2;
  });
  return comparisons;
}

void UpdateBaselines(Database& database, std::int64_t now_ms) {
  constexpr std::int64_t kHourS = kHourMs / 1000;
  const std::int64_t end_ms = WindowStart(now_ms - kLateMs, kHourS);
  std::int64_t until_ms = -1;
  if (Cursor row = database.Query(kUntil); row.Next()) until_ms = row.Int(0);
  if (until_ms >= end_ms) return;
  // Hours in which nothing was done cost one look all together.
  std::int64_t at_ms = until_ms;
  while (true) {
    Cursor row = database.Query(kFirstMinute, at_ms);
    if (!row.Next() || row.IsNull(0)) break;
    at_ms = WindowStart(row.Int(0), kHourS);
    if (at_ms >= end_ms) break;
    LookAtHour(database, at_ms);
    at_ms += kHourMs;
  }
  database.Execute(until_ms < 0 ? kFirstUntil : kMoveUntil, end_ms);
}

}  // namespace skep::metrics
