#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "swarm/usage_source.h"

/// What was used of tokens and money: one record per report, added up on demand.
///
/// Nothing is estimated. A figure that a report does not have is unknown, and a sum says of how many records it is.
///
/// The same tokens are reported several times: by a client's events, by its counters, by both once more under the
/// names of the semantic conventions, and by the agent itself in task_update. So sources have ranks, and a client's
/// session is counted by the best one that reports on it: from its first record to its last (and for as long as a
/// counter takes to say the same), records of worse ones are kept, but left out of sums; see usage_streams.h. Records
/// that name no session compare with all of their client's; agents' own reports that name none are always counted, for
/// nobody can tell what else they are in.
///
/// A record counts at the time at which it was said. A counter that is heard of for the first time says what was used
/// since its client was started, and not when: none of that is spread over the time before, and a report says how much
/// of it may be from before its period.
namespace skep::swarm {

/// A figure above it is no measurement. Sums of kMaxUsageRecords such figures are far from an integer's end.
inline constexpr std::int64_t kMostTokens = 1'000'000'000'000;
inline constexpr double kMostUsd = 1e9;

/// Absent: unknown. `input_tokens` are those that did not come from a cache and were not written to one.
struct UsageFigures {
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> cache_read_tokens;
  std::optional<std::int64_t> cache_write_tokens;
  std::optional<double> cost_usd;
};

struct UsageRecord {
  std::int64_t at_ms = 0;     ///< When it was used up, wall clock.
  std::int64_t since_ms = 0;  ///< From when on; 0: unknown, or all at once.
  UsageSource source = UsageSource::kTask;
  std::optional<std::string> request_id;  ///< Of two records with the same one, the first counts.
  std::int64_t swarm = 0;                 ///< Rows; 0: unknown.
  std::int64_t agent = 0;
  std::int64_t task = 0;
  std::string operation;  ///< What it was used for, in its client's words; empty: unknown.
  std::string model;
  std::string client;
  std::string client_session;  ///< As the client calls it.
  UsageFigures figures;
};

/// Adds a record. In a write. False when there is one with its request id, or no figure in it: then nothing is added. A
/// figure that is negative, or beyond what anybody can use up, is left out.
bool NoteUsage(store::Database& database, const UsageRecord& record);

struct Increase {
  double value = 0;
  std::int64_t since_ns = 0;  ///< The time of the point before.
};
/// By how much a counter has grown that is reported as its total since `start_ns`; remembers where it stands. In a
/// write. Nothing when the point is not newer than the last one, or when it is the first and the counter does not say
/// since when it counts (`start_ns` 0). Times since 1970 in ns; REQUIRES: they are not to come.
std::optional<Increase> Advance(store::Database& database, std::string_view series, std::int64_t start_ns,
                                std::int64_t at_ns, double value);

enum class UsageGroup : int { kAgent, kTask, kOperation, kModel };
constexpr std::array<std::string_view, 4> Names(UsageGroup) { return {"agent", "task", "operation", "model"}; }

struct UsageQuery {
  UsageGroup group = UsageGroup::kAgent;
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;  ///< Inclusive.
  std::optional<std::int64_t> swarm;
  /// Only this one. With "task" agents' own reports are what is asked for, and no better source leaves them out.
  std::optional<std::string_view> operation;
};

/// A sum over records: of each figure, over how many that had it.
struct UsageSum {
  std::int64_t records = 0;
  UsageFigures figures;  ///< Absent where none of them had it.
  std::int64_t with_input_tokens = 0;
  std::int64_t with_output_tokens = 0;
  std::int64_t with_cache_read_tokens = 0;
  std::int64_t with_cache_write_tokens = 0;
  std::int64_t with_cost_usd = 0;
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;

  void Add(const UsageSum& other);
  /// Of what is known.
  std::int64_t tokens() const;
};

struct UsageRow {
  std::int64_t number = 0;  ///< Of the agent or task; 0: unknown, or grouped by text.
  std::string text;         ///< The operation or model; empty: unknown, or grouped by number.
  UsageSum sum;
};

/// Records of one source and client in the period.
struct UsageOrigin {
  UsageSource source = UsageSource::kTask;
  std::string client;
  std::int64_t counted = 0;
  UsageSum left_out;  ///< A better source has reported on that time.
};

struct UsageReport {
  std::vector<UsageRow> rows;  ///< Those with the most tokens first.
  UsageSum total;
  std::vector<UsageOrigin> origins;
  std::int64_t task_reports_without_session = 0;  ///< Of those counted.
  /// Of those counted: what was used since `begun_ms`, some time before the period, until some time in it.
  UsageSum begun_before;
  std::int64_t begun_ms = 0;
};
UsageReport SumUsage(store::Database& database, const UsageQuery& query);

/// The oldest record that is kept, of whatever swarm; nothing when there is none.
std::optional<std::int64_t> UsageSince(store::Database& database);

/// Lets go of what is older than limits::kUsageKeptMs, and of the oldest beyond what is kept: a bounded number. In a
/// write. Returns whether there is more.
bool PruneUsage(store::Database& database, std::int64_t now_ms);

/// Records kept: a report reads all of its period, on the connection's thread (measured, in the processor's time: 0.7
/// to 1 µs each, 70 to 100 ms for all of these, of which SQLite takes 40 to go over the rows).
inline constexpr std::int64_t kMaxUsageRecords = 100'000;
/// Counters whose last total is kept, those that were heard of last: 3 MB. One that is let go of and heard of again is
/// one that is heard of for the first time.
inline constexpr std::int64_t kMaxUsageSeries = 20'000;

}  // namespace skep::swarm
