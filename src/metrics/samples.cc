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
constexpr Sql kReadFigure{
    "SELECT start_ms, pid, started_ms, name, count, total, least, most, last FROM metric_samples "
    "WHERE seconds = ?1 AND start_ms >= ?2 AND start_ms < ?3 AND name = ?4 ORDER BY start_ms, pid, started_ms"};
constexpr Sql kReadOne{
    "SELECT start_ms, pid, started_ms, name, count, total, least, most, last FROM metric_samples "
    "WHERE seconds = ?1 AND start_ms = ?2 AND pid = ?3 AND started_ms = ?4 AND name = ?5"};
constexpr Sql kHas{
    "SELECT 1 FROM metric_samples WHERE seconds = ?1 AND start_ms = ?2 AND pid = ?3 AND started_ms = ?4 LIMIT 1"};

SampleWindow Read(const Cursor& row) {
  return {
      .start_ms = row.Int(0),
      .process = {.pid = row.Int(1), .started_ms = row.Int(2)},
      .name = std::string(row.Text(3)),
      .sample = {
          .count = row.Int(4), .total = row.Real(5), .least = row.Real(6), .most = row.Real(7), .last = row.Real(8)}};
}

void Add(Database& database, const Level& level, std::int64_t at_ms, const ProcessKey& process, std::string_view name,
         const Sample& sample) {
  database.Execute(kAdd, level.seconds, WindowStart(at_ms, level.seconds), process.pid, process.started_ms, name,
                   sample.count, sample.total, sample.least, sample.most, sample.last);
}

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

void AddSamples(Database& database, const ProcessKey& process, const Samples& samples, std::int64_t at_ms,
                ProcessAge age) {
  for (const Level& level : kLevels) {
    const bool together = age != ProcessAge::kGrown && level.seconds != kLevels.front().seconds;
    const ProcessKey& as = together ? kYoungProcesses : process;
    for (const auto& [name, sample] : samples) Add(database, level, at_ms, as, name, sample);
    if (!together || age != ProcessAge::kEndedYoung) continue;
    Sample one;
    one.Add(1);
    Add(database, level, at_ms, kYoungProcesses, kYoungThatEnded, one);
  }
}

bool HasSamples(Database& database, const ProcessKey& process, std::int64_t start_ms) {
  return database.Query(kHas, kLevels.front().seconds, start_ms, process.pid, process.started_ms).Next();
}

std::vector<SampleWindow> ReadSamples(Database& database, std::int64_t seconds, std::int64_t from_ms,
                                      std::int64_t to_ms, std::string_view prefix) {
  std::vector<SampleWindow> windows;
  for (Cursor row = database.Query(kRead, seconds, from_ms, to_ms); row.Next();) {
    if (row.Text(3).starts_with(prefix)) windows.push_back(Read(row));
  }
  return windows;
}

std::vector<SampleWindow> ReadFigure(Database& database, std::int64_t seconds, std::int64_t from_ms, std::int64_t to_ms,
                                     std::string_view name) {
  std::vector<SampleWindow> windows;
  for (Cursor row = database.Query(kReadFigure, seconds, from_ms, to_ms, name); row.Next();) {
    windows.push_back(Read(row));
  }
  return windows;
}

std::vector<SampleWindow> ReadFigureOf(Database& database, const ProcessKey& process, std::int64_t seconds,
                                       std::int64_t from_ms, std::int64_t to_ms, std::string_view name) {
  std::vector<SampleWindow> windows;
  for (std::int64_t at_ms = WindowStart(from_ms, seconds); at_ms < to_ms; at_ms += seconds * 1000) {
    Cursor row = database.Query(kReadOne, seconds, at_ms, process.pid, process.started_ms, name);
    if (row.Next()) windows.push_back(Read(row));
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

std::int64_t CountProcesses(const std::map<ProcessKey, Samples>& processes) {
  const auto young = processes.find(kYoungProcesses);
  if (young == processes.end()) return std::ssize(processes);
  const auto ended = young->second.find(kYoungThatEnded);
  return std::ssize(processes) - 1 + (ended == young->second.end() ? 0 : ended->second.count);
}

}  // namespace skep::metrics
