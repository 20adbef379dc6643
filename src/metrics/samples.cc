#include "metrics/samples.h"

#include <algorithm>

#include "metrics/windows.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kAdd{
    "INSERT INTO metric_samples (seconds, start_ms, pid, started_ms, name, count, total, least, most, last) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
    "ON CONFLICT (seconds, start_ms, pid, started_ms, name) DO UPDATE SET count = count + excluded.count, "
    "total = total + excluded.total, least = min(least, excluded.least), most = max(most, excluded.most), "
    "last = excluded.last"};
constexpr Sql kRead{
    "SELECT start_ms, pid, started_ms, name, count, total, least, most, last FROM metric_samples "
    "WHERE seconds = ?1 AND start_ms >= ?2 AND start_ms < ?3 ORDER BY start_ms, pid, started_ms, name"};

}  // namespace

void Sample::Add(double value) { Merge({.count = 1, .total = value, .least = value, .most = value, .last = value}); }

void Sample::Merge(const Sample& later) {
  if (later.count == 0) return;
  least = count == 0 ? later.least : std::min(least, later.least);
  most = count == 0 ? later.most : std::max(most, later.most);
  count += later.count;
  total += later.total;
  last = later.last;
}

void AddSamples(Database& database, const ProcessKey& process, const Samples& samples, std::int64_t at_ms) {
  for (const Level& level : kLevels) {
    for (const auto& [name, sample] : samples) {
      database.Execute(kAdd, level.seconds, WindowStart(at_ms, level.seconds), process.pid, process.started_ms, name,
                       sample.count, sample.total, sample.least, sample.most, sample.last);
    }
  }
}

std::vector<SampleWindow> ReadSamples(Database& database, std::int64_t seconds, std::int64_t from_ms,
                                      std::int64_t to_ms, std::string_view prefix) {
  std::vector<SampleWindow> windows;
  for (Cursor row = database.Query(kRead, seconds, from_ms, to_ms); row.Next();) {
    if (!row.Text(3).starts_with(prefix)) continue;
    windows.push_back({.start_ms = row.Int(0),
                       .process = {.pid = row.Int(1), .started_ms = row.Int(2)},
                       .name = std::string(row.Text(3)),
                       .sample = {.count = row.Int(4),
                                  .total = row.Real(5),
                                  .least = row.Real(6),
                                  .most = row.Real(7),
                                  .last = row.Real(8)}});
  }
  return windows;
}

std::map<ProcessKey, Samples> SamplesOfPeriod(Database& database, std::int64_t from_ms, std::int64_t to_ms,
                                              std::int64_t now_ms) {
  std::map<ProcessKey, Samples> all;
  for (const Span& span : CutPeriod(from_ms, to_ms, now_ms)) {
    for (const SampleWindow& window : ReadSamples(database, span.seconds, span.from_ms, span.to_ms)) {
      all[window.process][window.name].Merge(window.sample);
    }
  }
  return all;
}

}  // namespace skep::metrics
