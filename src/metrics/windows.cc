#include "metrics/windows.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kFind{"SELECT most, buckets FROM metric_windows WHERE seconds = ?1 AND start_ms = ?2 AND operation = ?3"};
constexpr Sql kInsert{
    "INSERT INTO metric_windows (seconds, start_ms, operation, count, errors, bytes_in, bytes_out, total, most, "
    "buckets) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"};
constexpr Sql kAdd{
    "UPDATE metric_windows SET count = count + ?4, errors = errors + ?5, bytes_in = bytes_in + ?6, "
    "bytes_out = bytes_out + ?7, total = total + ?8, most = ?9, buckets = ?10 "
    "WHERE seconds = ?1 AND start_ms = ?2 AND operation = ?3"};
constexpr Sql kRead{
    "SELECT start_ms, operation, errors, bytes_in, bytes_out, total, most, buckets FROM metric_windows "
    "WHERE seconds = ?1 AND start_ms >= ?2 AND start_ms < ?3 ORDER BY start_ms, operation"};

/// Rows let go of in one go, of each table and level: a day of a busy project, some milliseconds.
constexpr int kPruneSlice = 256;
constexpr Sql kPruneWindows{
    "DELETE FROM metric_windows WHERE rowid IN (SELECT rowid FROM metric_windows WHERE seconds = ?1 AND start_ms < ?2 "
    "LIMIT ?3)"};
constexpr Sql kPruneSamples{
    "DELETE FROM metric_samples WHERE rowid IN (SELECT rowid FROM metric_samples WHERE seconds = ?1 AND start_ms < ?2 "
    "LIMIT ?3)"};
constexpr Sql kPruneErrors{
    "DELETE FROM error_windows WHERE rowid IN (SELECT rowid FROM error_windows WHERE seconds = ?1 AND start_ms < ?2 "
    "LIMIT ?3)"};
constexpr Sql kPruneContention{
    "DELETE FROM lease_contention WHERE rowid IN (SELECT rowid FROM lease_contention WHERE seconds = ?1 "
    "AND start_ms < ?2 LIMIT ?3)"};
constexpr Sql kPruneAlerts{
    "DELETE FROM alerts WHERE id IN (SELECT id FROM alerts WHERE raised_ms < ?1 AND cleared_ms > 0 LIMIT ?2)"};

/// Signed as SQL has it; a counter that does not fit stays at the most.
std::int64_t Signed(std::uint64_t count) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX));
}

void Add(Database& database, const Recorded& recorded, std::int64_t seconds, std::int64_t start_ms) {
  Distribution all = recorded.values;
  bool there = false;
  if (Cursor row = database.Query(kFind, seconds, start_ms, recorded.operation); row.Next()) {
    there = true;
    all.AddTotals(0, static_cast<std::uint64_t>(row.Int(0)));
    all.AddText(row.Text(1));
  }
  database.Execute(there ? kAdd : kInsert, seconds, start_ms, recorded.operation, Signed(recorded.values.count()),
                   Signed(recorded.errors), Signed(recorded.bytes_in), Signed(recorded.bytes_out),
                   Signed(recorded.values.total()), Signed(all.most()), all.Text());
}

/// Adds a row of kRead.
void AddRow(const Cursor& row, Window& to) {
  to.errors += static_cast<std::uint64_t>(row.Int(2));
  to.bytes_in += static_cast<std::uint64_t>(row.Int(3));
  to.bytes_out += static_cast<std::uint64_t>(row.Int(4));
  to.values.AddTotals(static_cast<std::uint64_t>(row.Int(5)), static_cast<std::uint64_t>(row.Int(6)));
  to.values.AddText(row.Text(7));
}

}  // namespace

std::int64_t WindowStart(std::int64_t at_ms, std::int64_t seconds) {
  const std::int64_t width_ms = seconds * 1000;
  return at_ms - (at_ms % width_ms + width_ms) % width_ms;
}

std::vector<Span> CutPeriod(std::int64_t from_ms, std::int64_t to_ms, std::int64_t now_ms) {
  std::vector<Span> spans;
  // The finest level that still has the beginning: whole windows of it.
  std::size_t finest = 0;
  while (finest + 1 < kLevels.size() && from_ms < now_ms - kLevels[finest].kept_ms) ++finest;
  std::int64_t at_ms = WindowStart(from_ms, kLevels[finest].seconds);
  while (at_ms < to_ms) {
    // The coarsest level of which a window begins here and ends in the period, or that at least is kept.
    std::size_t level = kLevels.size() - 1;
    const auto fits = [&](std::size_t i) {
      const std::int64_t width_ms = kLevels[i].seconds * 1000;
      return at_ms % width_ms == 0 && at_ms + width_ms <= to_ms;
    };
    while (level > finest && !fits(level)) --level;
    // Where the period has come to what finer levels have as well.
    while (!fits(level) && level > 0 && at_ms >= now_ms - kLevels[level - 1].kept_ms) --level;
    const std::int64_t end_ms = at_ms + kLevels[level].seconds * 1000;
    if (!spans.empty() && spans.back().seconds == kLevels[level].seconds) {
      spans.back().to_ms = end_ms;
    } else {
      spans.push_back({.seconds = kLevels[level].seconds, .from_ms = at_ms, .to_ms = end_ms});
    }
    at_ms = end_ms;
  }
  return spans;
}

void AddToWindows(Database& database, std::span<const Recorded> recorded, std::int64_t at_ms) {
  for (const Level& level : kLevels) {
    for (const Recorded& one : recorded) Add(database, one, level.seconds, WindowStart(at_ms, level.seconds));
  }
}

std::vector<Window> ReadWindows(Database& database, std::int64_t seconds, std::int64_t from_ms, std::int64_t to_ms,
                                std::string_view prefix) {
  std::vector<Window> windows;
  Cursor row = database.Query(kRead, seconds, from_ms, to_ms);
  while (row.Next()) {
    if (!row.Text(1).starts_with(prefix)) continue;
    Window& window = windows.emplace_back();
    window.start_ms = row.Int(0);
    window.operation = row.Text(1);
    AddRow(row, window);
  }
  return windows;
}

std::vector<Window> ReadPeriod(Database& database, std::int64_t from_ms, std::int64_t to_ms, std::int64_t now_ms) {
  std::map<std::string, Window, std::less<>> by_operation;
  for (const Span& span : CutPeriod(from_ms, to_ms, now_ms)) {
    for (Cursor row = database.Query(kRead, span.seconds, span.from_ms, span.to_ms); row.Next();) {
      const auto found = by_operation.find(row.Text(1));
      AddRow(row, found != by_operation.end() ? found->second : by_operation[std::string(row.Text(1))]);
    }
  }
  std::vector<Window> all;
  for (auto& [operation, window] : by_operation) {
    window.operation = operation;
    window.start_ms = from_ms;
    all.push_back(std::move(window));
  }
  return all;
}

void AddLive(std::span<const Recorded> live, std::vector<Window>& windows) {
  for (const Recorded& recorded : live) {
    auto at = std::ranges::lower_bound(windows, recorded.operation, {}, &Window::operation);
    if (at == windows.end() || at->operation != recorded.operation) {
      at = windows.insert(at, Window{.operation = std::string(recorded.operation)});
    }
    at->errors += recorded.errors;
    at->bytes_in += recorded.bytes_in;
    at->bytes_out += recorded.bytes_out;
    at->values.Merge(recorded.values);
  }
}

bool PruneWindows(Database& database, std::int64_t now_ms) {
  static constexpr const Sql* kTables[] = {&kPruneWindows, &kPruneSamples, &kPruneErrors, &kPruneContention};
  bool more = false;
  for (const Level& level : kLevels) {
    for (const Sql* const prune : kTables) {
      more |= database.Execute(*prune, level.seconds, now_ms - level.kept_ms, kPruneSlice) == kPruneSlice;
    }
  }
  return database.Execute(kPruneAlerts, now_ms - kLevels.back().kept_ms, kPruneSlice) == kPruneSlice || more;
}

}  // namespace skep::metrics
