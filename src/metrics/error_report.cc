#include "metrics/error_report.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "metrics/requests.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kErrors{
    "SELECT signature, operation, code, preceding, count, total_ns, most_ns, first_ms, last_ms, message "
    "FROM error_windows WHERE seconds = ?1 AND start_ms >= ?2 AND start_ms < ?3 ORDER BY start_ms"};
constexpr Sql kFirstErrors{"SELECT min(start_ms) FROM error_windows WHERE seconds = ?1 AND start_ms >= ?2"};
constexpr Sql kFirstWindow{"SELECT min(start_ms) FROM metric_windows WHERE seconds = ?1 AND start_ms >= ?2"};

/// The finest windows that are still kept of that time.
std::int64_t FinestKept(std::int64_t at_ms, std::int64_t now_ms) {
  for (const Level& level : kLevels) {
    if (at_ms >= now_ms - level.kept_ms) return level.seconds;
  }
  return kLevels.back().seconds;
}

/// When measuring began, if that was after `from_ms`. Nothing: it has not yet.
std::optional<std::int64_t> MeasuredSince(Database& database, std::int64_t from_ms, std::int64_t now_ms) {
  std::optional<std::int64_t> since;
  const std::int64_t seconds = FinestKept(from_ms, now_ms);
  for (const Sql* const first : {&kFirstErrors, &kFirstWindow}) {
    Cursor row = database.Query(*first, seconds, WindowStart(from_ms, seconds));
    if (!row.Next()) continue;
    if (const auto start_ms = row.OptInt(0)) since = std::min(*start_ms, since.value_or(*start_ms));
  }
  return since;
}

/// How often each request was made.
struct Requests {
  std::map<std::string, std::int64_t, std::less<>> counts;
  std::int64_t all = 0;

  void Add(std::string_view operation, const Distribution& values) {
    if (!IsRequest(operation)) return;
    const auto count = static_cast<std::int64_t>(values.count());
    counts[std::string(operation)] += count;
    all += count;
  }
};

/// Adds up what was noted, by signature.
class Groups {
 public:
  void Add(const ErrorKind& kind, const ErrorFigures& figures, bool later) {
    const auto [at, is_new] = groups_.try_emplace(kind.signature);
    Sums& sums = at->second;
    ErrorGroup& group = sums.group;
    if (is_new) group.signature = kind.signature;
    if (is_new || figures.first_ms < group.first_ms) {
      group.first_ms = figures.first_ms;
      group.message = figures.message;
    }
    group.count += figures.count;
    group.total_ns += figures.total_ns;
    group.most_ns = std::max(group.most_ns, figures.most_ns);
    group.last_ms = std::max(group.last_ms, figures.last_ms);
    (later ? group.change.later : group.change.earlier) += figures.count;
    sums.operations[kind.operation] += figures.count;
    sums.codes[kind.code] += figures.count;
    sums.preceding[kind.preceding] += figures.count;
  }

  std::vector<ErrorGroup> Take(double later_share, const Requests& requests) {
    std::vector<ErrorGroup> all;
    for (auto& [signature, sums] : groups_) {
      ErrorGroup& group = all.emplace_back(std::move(sums.group));
      group.change = Compare(group.change.earlier, group.change.later, later_share);
      group.operations = Sorted(sums.operations);
      group.codes = Sorted(sums.codes);
      for (const NamedCount& before : Sorted(sums.preceding)) {
        const auto found = requests.counts.find(before.name);
        Predecessor one{
            .name = before.name, .count = before.count, .anything = found == requests.counts.end() ? 0 : found->second};
        if (ClearlyPrecedes(one, group.count, requests.all)) group.preceding.push_back(std::move(one));
      }
    }
    std::ranges::sort(all, [](const ErrorGroup& a, const ErrorGroup& b) {
      return std::tie(b.count, a.signature) < std::tie(a.count, b.signature);
    });
    return all;
  }

 private:
  using Counts = std::map<std::string, std::int64_t>;
  struct Sums {
    ErrorGroup group;
    Counts operations;
    Counts codes;
    Counts preceding;
  };

  static std::vector<NamedCount> Sorted(const Counts& counts) {
    std::vector<NamedCount> all;
    for (const auto& [name, count] : counts) all.push_back({name, count});
    std::ranges::stable_sort(all, std::ranges::greater{}, &NamedCount::count);
    return all;
  }

  std::map<std::string, Sums> groups_;
};

void AddPart(Database& database, std::int64_t from_ms, std::int64_t to_ms, std::int64_t now_ms, bool later,
             Groups& to) {
  for (const Span& span : CutPeriod(from_ms, to_ms, now_ms)) {
    for (Cursor row = database.Query(kErrors, span.seconds, span.from_ms, span.to_ms); row.Next();) {
      to.Add({.signature = std::string(row.Text(0)),
              .operation = std::string(row.Text(1)),
              .code = std::string(row.Text(2)),
              .preceding = std::string(row.Text(3))},
             {.count = row.Int(4),
              .total_ns = row.Int(5),
              .most_ns = row.Int(6),
              .first_ms = row.Int(7),
              .last_ms = row.Int(8),
              .message = std::string(row.Text(9))},
             later);
    }
  }
}

}  // namespace

ErrorReport ReportErrors(Database& database, const ErrorKinds& live, std::span<const Recorded> work,
                         std::int64_t from_ms, std::int64_t now_ms) {
  ErrorReport report{.from_ms = from_ms, .middle_ms = from_ms, .to_ms = now_ms};
  std::optional<std::int64_t> since = MeasuredSince(database, from_ms, now_ms);
  for (const auto& [kind, figures] : live) since = std::min(figures.first_ms, since.value_or(figures.first_ms));
  if (!since) return report;
  report.measured = true;
  report.from_ms = std::max(from_ms, *since);
  const std::int64_t seconds = FinestKept(report.from_ms, now_ms);
  report.from_ms = WindowStart(report.from_ms, seconds);
  report.middle_ms = WindowStart(std::midpoint(report.from_ms, now_ms), seconds);

  Groups groups;
  AddPart(database, report.from_ms, report.middle_ms, now_ms, false, groups);
  // The window that now is in is part of it.
  AddPart(database, report.middle_ms, now_ms + 1, now_ms, true, groups);
  for (const auto& [kind, figures] : live) groups.Add(kind, figures, figures.last_ms >= report.middle_ms);

  const auto length = static_cast<double>(now_ms - report.from_ms);
  const double later_share = length > 0 ? static_cast<double>(now_ms - report.middle_ms) / length : 0;
  Requests requests;
  for (const Window& window : ReadPeriod(database, report.from_ms, now_ms, now_ms)) {
    requests.Add(window.operation, window.values);
  }
  for (const Recorded& recorded : work) requests.Add(recorded.operation, recorded.values);
  report.groups = groups.Take(later_share, requests);
  for (const ErrorGroup& group : report.groups) {
    report.errors += group.count;
    report.change.earlier += group.change.earlier;
    report.change.later += group.change.later;
  }
  report.change = Compare(report.change.earlier, report.change.later, later_share);
  return report;
}

}  // namespace skep::metrics
