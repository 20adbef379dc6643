#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/error_report.h"
#include "store/database.h"

namespace skep::metrics {

/// Attempts at tasks that failed, or that timed out, and of which the same was said.
struct AttemptGroup {
  std::string signature;  ///< Of the note; kUnexplained where there was none.
  std::string message;    ///< The newest note, its beginning; without secrets, see redact.h.
  std::int64_t count = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  std::vector<NamedCount> agents;  ///< Who failed, "ada (ag_000001)", the most frequent first.
  std::vector<NamedCount> tasks;   ///< Ids.

  static constexpr std::string_view kUnexplained = "(no note)";
};

struct AttemptReport {
  std::int64_t attempts = 0;
  bool more = false;                 ///< There are older ones in the period, beyond kMaxFailedAttempts.
  std::vector<AttemptGroup> groups;  ///< The most frequent first.
};
/// The newest ones since `from_ms`, whether or not somebody has succeeded with the task since.
AttemptReport ReportFailedAttempts(store::Database& database, std::int64_t from_ms);

/// Attempts that are looked at: some 20 ms.
inline constexpr std::int64_t kMaxFailedAttempts = 5000;

}  // namespace skep::metrics
