#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "skep/field.h"

namespace skep::handlers {

enum class Better : int { kHigher, kLower };
constexpr std::array<std::string_view, 2> Names(Better) { return {"higher", "lower"}; }

/// What the machine itself can do, measured in turn with a figure.
struct BenchmarkFloor {
  std::string name;
  std::optional<double> median;

  static constexpr Field kFields[] = {
      Req<&BenchmarkFloor::name>("name"),
      Opt<&BenchmarkFloor::median>("median", "In the row's unit; absent: no data"),
  };
};

/// A row of `skep benchmark run --json`, as far as an answer needs it.
struct BenchmarkRow {
  std::string suite;
  std::string name;
  std::string unit;
  Better better = Better::kLower;
  std::int64_t n = 0;
  std::optional<double> median;
  std::optional<double> low;
  std::optional<double> high;
  std::optional<BenchmarkFloor> floor;
  std::optional<double> ratio;
  std::optional<double> ratio_low;
  std::optional<double> ratio_high;
  std::optional<double> required;
  std::optional<bool> met;
  std::optional<std::string> note;

  static constexpr Field kFields[] = {
      Req<&BenchmarkRow::suite>("suite"),
      Req<&BenchmarkRow::name>("name"),
      Req<&BenchmarkRow::unit>("unit"),
      Req<&BenchmarkRow::better>("better", "What is better of it"),
      Req<&BenchmarkRow::n>("n", "Samples"),
      Opt<&BenchmarkRow::median>("median", "Of the samples; absent: no data, see note"),
      Opt<&BenchmarkRow::low>("low", "Of its 95 % interval; absent: fewer than 5 samples"),
      Opt<&BenchmarkRow::high>("high"),
      Opt<&BenchmarkRow::floor>("floor", "What the machine itself can do, measured in turn with it"),
      Opt<&BenchmarkRow::ratio>("ratio", "Median by the floor's: on a busy machine only this says much"),
      Opt<&BenchmarkRow::ratio_low>("ratioLow", "Of its 95 % interval"),
      Opt<&BenchmarkRow::ratio_high>("ratioHigh"),
      Opt<&BenchmarkRow::required>("required", "Of the median: at least if higher is better, else at most"),
      Opt<&BenchmarkRow::met>("met", "Whether what is required is met; absent: nothing is, or there are no data"),
      Opt<&BenchmarkRow::note>("note"),
  };
};

/// What the benchmark has found.
struct BenchmarkReport {
  std::string suite;
  double seconds = 0;
  bool interrupted = false;
  std::string machine;
  std::optional<double> load;
  std::optional<double> other_work;
  std::vector<BenchmarkRow> rows;

  static constexpr Field kFields[] = {
      Req<&BenchmarkReport::suite>("suite"),
      Req<&BenchmarkReport::seconds>("seconds"),
      Req<&BenchmarkReport::interrupted>("interrupted", "Rows are missing"),
      Req<&BenchmarkReport::machine>("machine"),
      Opt<&BenchmarkReport::load>("load", "Average, before it began"),
      Opt<&BenchmarkReport::other_work>("otherWorkCores", "Processors' worth of other work, while it ran"),
      Req<&BenchmarkReport::rows>("rows"),
  };
};

/// Reads the line that `skep benchmark run --json` prints. kInternal when it is none. REQUIRES: as json::Reader::Parse.
Expected<BenchmarkReport> ReadBenchmarkReport(std::span<char> line);

/// The last line of a text that has something in it, without the "skep: " that it may begin with.
std::string LastLine(std::string_view text);

}  // namespace skep::handlers
