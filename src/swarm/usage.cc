#include "swarm/usage.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/limits.h"
#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// A figure above it is no measurement. Sums of kMaxUsageRecords such figures are far from an integer's end.
constexpr std::int64_t kMostTokens = 1'000'000'000'000;
constexpr double kMostUsd = 1e9;
/// Agents of one client's session that are looked at, and tasks that have ended since a record's time.
constexpr std::int64_t kMostAgents = 64;
constexpr std::int64_t kMostEnded = 1000;
/// Rows let go of in one call: the transaction stays short.
constexpr std::int64_t kPruneSlice = 1000;

constexpr Sql kInsert{
    "INSERT INTO usage_records (at_ms, source, rank, request_id, swarm, agent, task, operation, model, client, "
    "client_session, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_usd) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT DO NOTHING"};
constexpr Sql kNoteStream{
    "INSERT INTO usage_streams (client, client_session, rank, first_ms, last_ms) VALUES (?1, ?2, ?3, ?4, ?4) "
    "ON CONFLICT (client_session, client, rank) DO UPDATE SET first_ms = min(first_ms, excluded.first_ms), "
    "last_ms = max(last_ms, excluded.last_ms)"};

constexpr Sql kAgentsOf{
    "SELECT a.id, a.swarm, a.state, a.task FROM sessions AS s, agents AS a WHERE s.client_session = ?1 "
    "AND s.client_session <> '' AND a.session = s.id AND a.session > 0 ORDER BY s.id DESC, a.id DESC LIMIT ?2"};
constexpr Sql kHolds{"SELECT 1 FROM tasks WHERE id = ?1 AND owner = ?2 AND state = 'claimed' AND claimed_ms <= ?3"};
constexpr Sql kHasHeld{
    "SELECT id FROM (SELECT id, owner, claimed_ms FROM tasks WHERE finished_ms >= ?2 AND finished_ms > 0 "
    "ORDER BY finished_ms LIMIT ?4) WHERE owner = ?1 AND claimed_ms > 0 AND claimed_ms <= ?3 LIMIT 1"};

constexpr Sql kSeries{"SELECT at_ns, value FROM usage_series WHERE series = ?1 AND start_ns = ?2"};
constexpr Sql kSetSeries{
    "INSERT INTO usage_series (series, start_ns, at_ns, value) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (series, start_ns) DO UPDATE SET at_ns = excluded.at_ns, value = excluded.value"};

/// One pass over the period: SQLite would sort all of it to group it, which takes five times as long. What is in the
/// way of a record: a stream of a better source that has begun by then.
constexpr Sql kRecords{
    "SELECT u.agent, u.task, u.operation, u.model, u.rank, u.client, "
    "u.rank = 0 OR ?4 = 'task' OR NOT (u.client_session <> '' AND EXISTS (SELECT 1 FROM usage_streams AS s "
    "WHERE s.client_session = u.client_session AND s.rank < u.rank AND s.first_ms <= u.at_ms) "
    "OR u.client_session = '' AND u.client <> '' AND u.source <> 'task' AND EXISTS (SELECT 1 FROM usage_streams AS s "
    "WHERE s.client = u.client AND s.rank < u.rank AND s.first_ms <= u.at_ms)), "
    "u.client_session = '', u.at_ms, u.input_tokens, u.output_tokens, u.cache_read_tokens, u.cache_write_tokens, "
    "u.cost_usd FROM usage_records AS u WHERE u.at_ms >= ?1 AND u.at_ms <= ?2 AND (?3 IS NULL OR u.swarm = ?3) "
    "AND (?4 IS NULL OR u.operation = ?4)"};
enum RecordColumn : int { kWhat = 0, kRank = 4, kClient, kCounted, kStray, kAt, kInput, kOutput, kRead, kWrite, kCost };
constexpr Sql kSince{"SELECT min(at_ms) FROM usage_records"};

constexpr Sql kNewest{"SELECT max(id) FROM usage_records"};
constexpr Sql kPruneOld{
    "DELETE FROM usage_records WHERE id IN (SELECT id FROM usage_records WHERE at_ms < ?1 ORDER BY at_ms LIMIT ?2)"};
constexpr Sql kPruneMany{
    "DELETE FROM usage_records WHERE id IN (SELECT id FROM usage_records WHERE id <= ?1 ORDER BY id LIMIT ?2)"};
constexpr Sql kPruneStreams{
    "DELETE FROM usage_streams WHERE rowid IN (SELECT rowid FROM usage_streams WHERE last_ms < ?1 LIMIT ?2)"};
constexpr Sql kPruneSeries{
    "DELETE FROM usage_series WHERE rowid IN (SELECT rowid FROM usage_series WHERE at_ns < ?1 LIMIT ?2)"};

template <class T>
std::optional<T> Credible(const std::optional<T>& figure, T most) {
  return figure && *figure >= 0 && *figure <= most ? figure : std::nullopt;
}

UsageFigures Credible(const UsageFigures& figures) {
  return {.input_tokens = Credible(figures.input_tokens, kMostTokens),
          .output_tokens = Credible(figures.output_tokens, kMostTokens),
          .cache_read_tokens = Credible(figures.cache_read_tokens, kMostTokens),
          .cache_write_tokens = Credible(figures.cache_write_tokens, kMostTokens),
          .cost_usd = Credible(figures.cost_usd, kMostUsd)};
}

bool HasAny(const UsageFigures& figures) {
  return figures.input_tokens || figures.output_tokens || figures.cache_read_tokens || figures.cache_write_tokens ||
         figures.cost_usd;
}

template <class T>
void AddTo(std::optional<T>& sum, const std::optional<T>& other) {
  if (other) sum = sum.value_or(T{}) + *other;
}

UsageSum ReadRecord(const Cursor& row) {
  UsageSum sum{.records = 1,
               .figures = {.input_tokens = row.OptInt(kInput),
                           .output_tokens = row.OptInt(kOutput),
                           .cache_read_tokens = row.OptInt(kRead),
                           .cache_write_tokens = row.OptInt(kWrite)},
               .first_ms = row.Int(kAt),
               .last_ms = row.Int(kAt)};
  if (!row.IsNull(kCost)) sum.figures.cost_usd = row.Real(kCost);
  const auto one_if = [](const auto& figure) -> std::int64_t { return figure ? 1 : 0; };
  sum.with_input_tokens = one_if(sum.figures.input_tokens);
  sum.with_output_tokens = one_if(sum.figures.output_tokens);
  sum.with_cache_read_tokens = one_if(sum.figures.cache_read_tokens);
  sum.with_cache_write_tokens = one_if(sum.figures.cache_write_tokens);
  sum.with_cost_usd = one_if(sum.figures.cost_usd);
  return sum;
}

}  // namespace

void UsageSum::Add(const UsageSum& other) {
  if (other.records == 0) return;
  first_ms = records == 0 ? other.first_ms : std::min(first_ms, other.first_ms);
  last_ms = std::max(last_ms, other.last_ms);
  records += other.records;
  AddTo(figures.input_tokens, other.figures.input_tokens);
  AddTo(figures.output_tokens, other.figures.output_tokens);
  AddTo(figures.cache_read_tokens, other.figures.cache_read_tokens);
  AddTo(figures.cache_write_tokens, other.figures.cache_write_tokens);
  AddTo(figures.cost_usd, other.figures.cost_usd);
  with_input_tokens += other.with_input_tokens;
  with_output_tokens += other.with_output_tokens;
  with_cache_read_tokens += other.with_cache_read_tokens;
  with_cache_write_tokens += other.with_cache_write_tokens;
  with_cost_usd += other.with_cost_usd;
}

std::int64_t UsageSum::tokens() const {
  return figures.input_tokens.value_or(0) + figures.output_tokens.value_or(0) + figures.cache_read_tokens.value_or(0) +
         figures.cache_write_tokens.value_or(0);
}

bool NoteUsage(Database& database, const UsageRecord& record) {
  const UsageFigures figures = Credible(record.figures);
  if (!HasAny(figures)) return false;
  const int rank = static_cast<int>(record.source);
  if (database.Execute(kInsert, record.at_ms, NameOf(record.source), rank, record.request_id, record.swarm,
                       record.agent, record.task, record.operation, record.model, record.client, record.client_session,
                       figures.input_tokens, figures.output_tokens, figures.cache_read_tokens,
                       figures.cache_write_tokens, figures.cost_usd) == 0) {
    return false;
  }
  database.Execute(kNoteStream, record.client, record.client_session, rank, record.at_ms);
  return true;
}

void AttributeUsage(Database& database, UsageRecord& record, std::int64_t since_ms) {
  struct Candidate {
    std::int64_t agent = 0;
    std::int64_t task = 0;
  };
  std::int64_t swarm = 0;
  bool one_swarm = true;
  std::vector<Candidate> alive;
  std::vector<Candidate> all;
  for (Cursor row = database.Query(kAgentsOf, record.client_session, kMostAgents); row.Next();) {
    one_swarm = one_swarm && (swarm == 0 || swarm == row.Int(1));
    swarm = row.Int(1);
    all.push_back({.agent = row.Int(0), .task = row.Int(3)});
    if (row.Text(2) != "offline") alive.push_back(all.back());
  }
  if (all.empty()) return;
  if (one_swarm) record.swarm = swarm;
  const std::vector<Candidate>& candidates = alive.empty() ? all : alive;
  if (candidates.size() != 1) return;
  const Candidate& only = candidates.front();
  record.agent = only.agent;
  if (only.task != 0 && database.Query(kHolds, only.task, only.agent, since_ms).Next()) {
    record.task = only.task;
    return;
  }
  Cursor held = database.Query(kHasHeld, only.agent, record.at_ms, since_ms, kMostEnded);
  if (held.Next()) record.task = held.Int(0);
}

std::optional<Increase> Advance(Database& database, std::string_view series, std::int64_t start_ns, std::int64_t at_ns,
                                double value) {
  std::optional<Increase> increase;
  {
    Cursor row = database.Query(kSeries, series, start_ns);
    if (!row.Next()) {
      if (start_ns != 0) increase = {.value = value, .since_ns = start_ns};
    } else if (at_ns <= row.Int(0)) {
      return std::nullopt;
    } else {
      // One that has fallen has begun anew.
      const double last = row.Real(1);
      increase = {.value = value >= last ? value - last : value, .since_ns = row.Int(0)};
    }
  }
  database.Execute(kSetSeries, series, start_ns, at_ns, value);
  return increase;
}

UsageReport SumUsage(Database& database, const UsageQuery& query) {
  UsageReport report;
  std::map<std::pair<std::int64_t, std::string>, UsageOrigin> origins;
  absl::flat_hash_map<std::int64_t, std::size_t> by_number;
  absl::flat_hash_map<std::string, std::size_t> by_text;
  const int column = kWhat + static_cast<int>(query.group);
  const bool numbers = query.group == UsageGroup::kAgent || query.group == UsageGroup::kTask;
  const auto row_of = [&](const Cursor& row) -> UsageRow& {
    const std::size_t next = report.rows.size();
    const std::size_t place = numbers ? by_number.try_emplace(row.Int(column), next).first->second
                                      : by_text.try_emplace(std::string(row.Text(column)), next).first->second;
    if (place == next) {
      report.rows.push_back(
          {.number = numbers ? row.Int(column) : 0, .text = numbers ? std::string() : std::string(row.Text(column))});
    }
    return report.rows[place];
  };
  for (Cursor row = database.Query(kRecords, query.from_ms, query.to_ms, query.swarm, query.operation); row.Next();) {
    const UsageSum sum = ReadRecord(row);
    UsageOrigin& origin = origins[{row.Int(kRank), std::string(row.Text(kClient))}];
    if (row.Int(kCounted) == 0) {
      origin.left_out.Add(sum);
      continue;
    }
    origin.counted.Add(sum);
    report.total.Add(sum);
    row_of(row).sum.Add(sum);
    if (row.Int(kRank) == static_cast<int>(UsageSource::kTask) && row.Int(kStray) != 0) {
      ++report.task_reports_without_session;
    }
  }
  for (auto& [key, origin] : origins) {
    origin.source = static_cast<UsageSource>(key.first);
    origin.client = key.second;
    report.origins.push_back(std::move(origin));
  }
  std::ranges::stable_sort(report.rows, std::ranges::greater(), [](const UsageRow& row) { return row.sum.tokens(); });
  return report;
}

std::optional<std::int64_t> UsageSince(Database& database) {
  Cursor row = database.Query(kSince);
  return row.Next() ? row.OptInt(0) : std::nullopt;
}

bool PruneUsage(Database& database, std::int64_t now_ms) {
  const std::int64_t oldest_ms = now_ms - limits::kUsageKeptMs;
  std::int64_t newest = 0;
  if (Cursor row = database.Query(kNewest); row.Next()) newest = row.OptInt(0).value_or(0);
  const std::int64_t pruned[] = {database.Execute(kPruneOld, oldest_ms, kPruneSlice),
                                 database.Execute(kPruneMany, newest - kMaxUsageRecords, kPruneSlice),
                                 database.Execute(kPruneStreams, oldest_ms, kPruneSlice),
                                 database.Execute(kPruneSeries, oldest_ms * 1'000'000, kPruneSlice)};
  return std::ranges::find(pruned, kPruneSlice) != std::end(pruned);
}

}  // namespace skep::swarm
