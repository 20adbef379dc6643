#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "skep/field.h"

namespace skep::handlers {

/// A row of `skep benchmark run --json`, as far as an answer needs it.
struct BenchmarkRow {
  std::string suite;
  std::string name;
  std::string unit;
  std::optional<double> median;
  std::optional<double> low;
  std::optional<double> high;
  std::optional<double> ratio;
  std::optional<std::string> floor;
  std::optional<std::string> note;

  static constexpr Field kFields[] = {
      Req<&BenchmarkRow::suite>("suite"),
      Req<&BenchmarkRow::name>("name"),
      Req<&BenchmarkRow::unit>("unit"),
      Opt<&BenchmarkRow::median>("median", "Absent: no data, see note"),
      Opt<&BenchmarkRow::low>("low", "Of its 95 % interval"),
      Opt<&BenchmarkRow::high>("high"),
      Opt<&BenchmarkRow::ratio>("ratio", "To the floor"),
      Opt<&BenchmarkRow::floor>("floor", "What was measured beside it"),
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
  std::vector<BenchmarkRow> rows;

  static constexpr Field kFields[] = {
      Req<&BenchmarkReport::suite>("suite"),
      Req<&BenchmarkReport::seconds>("seconds"),
      Req<&BenchmarkReport::interrupted>("interrupted", "Rows are missing"),
      Req<&BenchmarkReport::machine>("machine"),
      Opt<&BenchmarkReport::load>("load", "Average, before it began"),
      Req<&BenchmarkReport::rows>("rows"),
  };
};

/// Reads the line that `skep benchmark run --json` prints. kInternal when it is none. REQUIRES: as json::Reader::Parse.
Expected<BenchmarkReport> ReadBenchmarkReport(std::span<char> line);

/// The last line of a text that has something in it, without the "skep: " that it may begin with.
std::string LastLine(std::string_view text);

}  // namespace skep::handlers
