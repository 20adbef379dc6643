#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "metrics/error_tally.h"
#include "metrics/recorder.h"
#include "metrics/trend.h"
#include "store/database.h"

namespace skep::metrics {

struct NamedCount {
  std::string name;
  std::int64_t count = 0;
};

/// All errors of one signature.
struct ErrorGroup {
  std::string signature;
  std::string message;  ///< The first one, without what it quotes.
  std::int64_t count = 0;
  std::int64_t total_ns = 0;  ///< That the calls had taken.
  std::int64_t most_ns = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  Change change;
  // The most frequent first. Without a name: of ErrorTally::kOthers.
  std::vector<NamedCount> operations;
  std::vector<NamedCount> codes;
  /// Operations that came before these errors clearly more often than before other calls, the most frequent first.
  std::vector<Predecessor> preceding;
};

struct ErrorReport {
  /// What was measured of the period: it may have begun later. Whole windows, but for the end.
  std::int64_t from_ms = 0;
  std::int64_t middle_ms = 0;  ///< Where the trend's second part begins.
  std::int64_t to_ms = 0;
  bool measured = false;  ///< Whether anything was, of whatever kind.
  std::int64_t errors = 0;
  Change change;                   ///< Of all of them.
  std::vector<ErrorGroup> groups;  ///< The most frequent first.
};

/// The errors from `from_ms` until now. `live` and `work`: what was noted and recorded, and is not written down yet.
ErrorReport ReportErrors(store::Database& database, const ErrorKinds& live, std::span<const Recorded> work,
                         std::int64_t from_ms, std::int64_t now_ms);

}  // namespace skep::metrics
