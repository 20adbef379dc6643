#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/database.h"

namespace skep::metrics {

/// What was seen of a figure that rises and falls, looked at now and then.
struct Sample {
  std::int64_t count = 0;
  double total = 0;
  double least = 0;
  double most = 0;
  double last = 0;

  void Add(double value);
  /// `later` is of what came after this.
  void Merge(const Sample& later);
  /// REQUIRES: count > 0.
  double mean() const { return total / static_cast<double>(count); }
};

/// A process, for as long as its figures are kept.
struct ProcessKey {
  std::int64_t pid = 0;
  std::int64_t started_ms = 0;

  auto operator<=>(const ProcessKey&) const = default;
};

/// Figures by their names.
using Samples = std::map<std::string, Sample, std::less<>>;

/// Whose figures those of processes that are too young are kept as, together, but for the finest windows: there may be
/// thousands a day of those that answer one call and go.
inline constexpr ProcessKey kYoungProcesses{};
/// Of kYoungProcesses: its count is how many processes have ended so young that they are in no other.
inline constexpr std::string_view kYoungThatEnded = "processes:ended_young";

/// How far a process has come.
enum class ProcessAge : std::uint8_t {
  kYoung,       ///< It has not lived for as long as the finest window.
  kEndedYoung,  ///< Nor will it: this is the last of it.
  kGrown,
};

/// Adds to the windows of all levels (see windows.h) in metric_samples. In a write.
void AddSamples(store::Database& database, const ProcessKey& process, const Samples& samples, std::int64_t at_ms,
                ProcessAge age = ProcessAge::kGrown);
/// Whether any were added to the finest window that begins at `start_ms`.
bool HasSamples(store::Database& database, const ProcessKey& process, std::int64_t start_ms);

struct SampleWindow {
  std::int64_t start_ms = 0;
  ProcessKey process;
  std::string name;
  Sample sample;
};
/// One window each, of one level, of figures whose names begin with `prefix`: by time, process, name.
std::vector<SampleWindow> ReadSamples(store::Database& database, std::int64_t seconds, std::int64_t from_ms,
                                      std::int64_t to_ms, std::string_view prefix = {});
/// One figure of all processes, in windows of one level: by time.
std::vector<SampleWindow> ReadFigure(store::Database& database, std::int64_t seconds, std::int64_t from_ms,
                                     std::int64_t to_ms, std::string_view name);
/// One figure of one process, in windows of one level: by time. Costs some microseconds for each window, however many
/// processes there are.
std::vector<SampleWindow> ReadFigureOf(store::Database& database, const ProcessKey& process, std::int64_t seconds,
                                       std::int64_t from_ms, std::int64_t to_ms, std::string_view name);
/// Of a period (see CutPeriod), by process.
std::map<ProcessKey, Samples> SamplesOfPeriod(store::Database& database, std::int64_t from_ms, std::int64_t to_ms,
                                              std::int64_t now_ms);
/// How many processes those are.
std::int64_t CountProcesses(const std::map<ProcessKey, Samples>& processes);

}  // namespace skep::metrics
