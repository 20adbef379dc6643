#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

/// What was used of tokens and money: one record per report, added up on demand.
///
/// Nothing is estimated. A figure that a report does not have is unknown, and a sum says of how many records it is.
///
/// The same tokens are reported several times: by a client's events, by its counters, by both once more under the
/// names of the semantic conventions, and by the agent itself in task_update. So sources have ranks, and a client's
/// session is counted by the best one that reports on it: from the first record of a better source on, the worse ones
/// of that session are kept, but left out of sums. Records that name no session compare with all of their client's;
/// agents' own reports that name none are always counted, for nobody can tell what else they are in.
namespace skep::swarm {

/// The best first.
enum class UsageSource : int {
  kEvent,         ///< A client's own event, one per request.
  kGenAiEvent,    ///< The same by the semantic conventions, which clients send besides.
  kCounter,       ///< A client's own counter: what was used since its last export.
  kGenAiCounter,  ///< The same by the semantic conventions.
  kTask,          ///< What an agent says with task_update.
};
constexpr std::array<std::string_view, 5> Names(UsageSource) {
  return {"event", "gen_ai_event", "counter", "gen_ai_counter", "task"};
}

/// Absent: unknown. `input_tokens` are those that did not come from a cache and were not written to one.
struct UsageFigures {
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> cache_read_tokens;
  std::optional<std::int64_t> cache_write_tokens;
  std::optional<double> cost_usd;
};

struct UsageRecord {
  std::int64_t at_ms = 0;  ///< When it was used up, wall clock.
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

/// Fills in whose usage it is, as far as that can be told: the agent that acts in the client's session, if only one
/// does, and the task that it has held from `since_ms` until `at_ms`. The swarm, if all agents there are of one.
void AttributeUsage(store::Database& database, UsageRecord& record, std::int64_t since_ms);

struct Increase {
  double value = 0;
  std::int64_t since_ns = 0;  ///< The time of the point before.
};
/// By how much a counter has grown that is reported as its total since `start_ns`; remembers where it stands. In a
/// write. Nothing when the point is not newer than the last one, or when it is the first and the counter does not say
/// since when it counts (`start_ns` 0). Times since 1970 in ns.
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
  UsageSum counted;
  UsageSum left_out;  ///< A better source has them.
};

struct UsageReport {
  std::vector<UsageRow> rows;  ///< Those with the most tokens first.
  UsageSum total;
  std::vector<UsageOrigin> origins;
  std::int64_t task_reports_without_session = 0;  ///< Of those counted.
};
UsageReport SumUsage(store::Database& database, const UsageQuery& query);

/// The oldest record that is kept, of whatever swarm; nothing when there is none.
std::optional<std::int64_t> UsageSince(store::Database& database);

/// Lets go of what is older than limits::kUsageKeptMs, and of the oldest records beyond kMaxUsageRecords: a bounded
/// number. In a write. Returns whether there is more.
bool PruneUsage(store::Database& database, std::int64_t now_ms);

/// Records kept: a report reads all of its period, on the connection's thread (measured on a busy machine: 2.4 µs each,
/// 0.25 s for all of these).
inline constexpr std::int64_t kMaxUsageRecords = 100'000;

}  // namespace skep::swarm
