#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/row.h"
#include "bench/surroundings.h"
#include "skep/error.h"

namespace skep::bench {

/// What a run has found, as it is written to a file and read back.
struct Report {
  std::string what;  ///< The suite or scenario.
  double seconds = 0;
  std::uint64_t seed = 0;
  bool interrupted = false;  ///< Ended early: rows are missing.
  Surroundings around;
  std::optional<double> others_cores = {};  ///< What else ran meanwhile: see beside.h. Absent: it is not known.
  std::vector<Row> rows;
};

/// One line of JSON.
std::string ToJson(const Report& report);
/// kInvalidArgument, with what is wrong, for a text that is none of ours. What it does not have is left as it is.
Expected<Report> FromJson(std::string_view text);

}  // namespace skep::bench
