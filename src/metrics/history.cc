#include "metrics/history.h"

#include <algorithm>
#include <utility>

#include "metrics/samples.h"
#include "metrics/scale.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kMeasured{
    "SELECT min(start_ms), max(start_ms) FROM metric_windows WHERE seconds = ?1 AND start_ms >= ?2 AND start_ms < ?3"};
constexpr Sql kEndedAll{
    "SELECT min(finished_ms), max(finished_ms) FROM tasks WHERE finished_ms > 0 AND finished_ms >= ?1 "
    "AND finished_ms < ?2"};
constexpr Sql kEndedOfSwarm{
    "SELECT min(finished_ms), max(finished_ms) FROM tasks WHERE finished_ms > 0 AND finished_ms >= ?1 "
    "AND finished_ms < ?2 AND swarm = ?3"};
constexpr Sql kCountAll{
    "SELECT finished_ms / ?3, state, count(*) FROM tasks WHERE finished_ms > 0 AND finished_ms >= ?1 "
    "AND finished_ms < ?2 GROUP BY 1, 2 ORDER BY 1"};
constexpr Sql kCountOfSwarm{
    "SELECT finished_ms / ?3, state, count(*) FROM tasks WHERE finished_ms > 0 AND finished_ms >= ?1 "
    "AND finished_ms < ?2 AND swarm = ?4 GROUP BY 1, 2 ORDER BY 1"};

struct Extent {
  std::int64_t from_ms = INT64_MAX;
  std::int64_t to_ms = INT64_MIN;

  bool empty() const { return from_ms > to_ms; }
  /// Of a row with the first and the last moment, if there is any.
  void Add(Cursor row, std::int64_t length_ms) {
    if (!row.Next() || row.IsNull(0)) return;
    from_ms = std::min(from_ms, row.Int(0));
    to_ms = std::max(to_ms, row.Int(1) + length_ms);
  }
};

/// In which anything was measured. The finest level that has all of it says it most closely.
Extent Measured(Database& database, std::int64_t from_ms, std::int64_t to_ms, std::int64_t now_ms) {
  for (const Level& level : kLevels) {
    const bool coarsest = level.seconds == kLevels.back().seconds;
    if (!coarsest && from_ms < now_ms - level.kept_ms) {
      // Perhaps there is nothing older.
      Extent coarse;
      coarse.Add(database.Query(kMeasured, kLevels.back().seconds, WindowStart(from_ms, kLevels.back().seconds),
                                now_ms - level.kept_ms),
                 0);
      if (!coarse.empty()) continue;
    }
    Extent extent;
    extent.Add(database.Query(kMeasured, level.seconds, WindowStart(from_ms, level.seconds), to_ms),
               level.seconds * 1000);
    return extent;
  }
  return {};
}

/// The coarsest level of which whole windows make up one of ours, and that is kept for as long.
std::int64_t SecondsOfLevel(std::int64_t window_ms) {
  std::int64_t seconds = kLevels.front().seconds;
  for (const Level& level : kLevels) {
    if (window_ms % (level.seconds * 1000) == 0) seconds = level.seconds;
  }
  return seconds;
}

void Merge(const Window& from, std::int64_t start_ms, std::vector<Window>& to) {
  if (to.empty() || to.back().start_ms != start_ms) {
    to.push_back({.start_ms = start_ms});
  }
  Window& window = to.back();
  window.errors += from.errors;
  window.bytes_in += from.bytes_in;
  window.bytes_out += from.bytes_out;
  window.values.Merge(from.values);
}

void AddProcesses(Database& database, std::int64_t seconds, std::int64_t start_ms, std::int64_t end_ms,
                  std::vector<ProcessWindow>& to) {
  std::map<ProcessKey, Samples> processes;
  for (const SampleWindow& one : ReadSamples(database, seconds, start_ms, end_ms)) {
    // Those that are kept together, because they were gone at once, are no process that could be added to others.
    if (one.process != ProcessKey()) processes[one.process][one.name].Merge(one.sample);
  }
  if (processes.empty()) return;
  ProcessWindow window{.start_ms = start_ms};
  Sample load;
  for (const auto& [process, samples] : processes) {
    if (const auto found = samples.find("process:resident_bytes"); found != samples.end()) {
      window.looks += static_cast<std::uint64_t>(found->second.count);
      window.resident_bytes += found->second.mean();
      window.resident_most = std::max(window.resident_most.value_or(0), found->second.most);
    }
    if (const auto found = samples.find("process:cpu_cores"); found != samples.end()) {
      window.cores = window.cores.value_or(0) + found->second.mean();
    }
    if (const auto found = samples.find("machine:load"); found != samples.end()) load.Merge(found->second);
  }
  if (load.count > 0) window.load = load.mean();
  to.push_back(window);
}

std::vector<EndedWindow> ReadEnded(Database& database, const std::optional<swarm::Swarm>& swarm,
                                   const History& history) {
  std::vector<EndedWindow> all;
  Cursor row = swarm ? database.Query(kCountOfSwarm, history.from_ms, history.to_ms, history.window_ms, swarm->number)
                     : database.Query(kCountAll, history.from_ms, history.to_ms, history.window_ms);
  while (row.Next()) {
    const std::int64_t start_ms = row.Int(0) * history.window_ms;
    if (all.empty() || all.back().start_ms != start_ms) all.push_back({.start_ms = start_ms});
    const std::string_view state = row.Text(1);
    EndedWindow& window = all.back();
    (state == "succeeded" ? window.succeeded
     : state == "failed"  ? window.failed
                          : window.cancelled) += static_cast<std::uint64_t>(row.Int(2));
  }
  return all;
}

}  // namespace

History ReadHistory(Database& database, const std::optional<swarm::Swarm>& swarm, std::int64_t from_ms,
                    std::int64_t to_ms, std::int64_t now_ms) {
  Extent extent = Measured(database, from_ms, to_ms, now_ms);
  extent.Add(
      swarm ? database.Query(kEndedOfSwarm, from_ms, to_ms, swarm->number) : database.Query(kEndedAll, from_ms, to_ms),
      1);
  if (extent.empty()) return {};
  // Nothing finer than what is kept of the beginning.
  std::int64_t finest_ms = 0;
  for (const Level& level : kLevels) {
    finest_ms = level.seconds * 1000;
    if (extent.from_ms >= now_ms - level.kept_ms) break;
  }
  History history{.window_ms = NiceLength(extent.to_ms - extent.from_ms, kPlotWindows - 1, finest_ms)};
  history.from_ms = WindowStart(extent.from_ms, history.window_ms / 1000);
  history.to_ms = WindowStart(extent.to_ms - 1, history.window_ms / 1000) + history.window_ms;
  const std::int64_t seconds = std::max(SecondsOfLevel(history.window_ms), finest_ms / 1000);
  // One window after the other, or all that was measured would be in memory at once.
  for (std::int64_t at_ms = history.from_ms; at_ms < history.to_ms; at_ms += history.window_ms) {
    for (const Window& window : ReadWindows(database, seconds, at_ms, at_ms + history.window_ms)) {
      Merge(window, at_ms, IsRequest(window.operation) ? history.requests : history.operations[window.operation]);
    }
    AddProcesses(database, seconds, at_ms, at_ms + history.window_ms, history.processes);
  }
  history.ended = ReadEnded(database, swarm, history);
  return history;
}

}  // namespace skep::metrics
