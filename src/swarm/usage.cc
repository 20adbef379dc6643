#include "swarm/usage.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>

#include "base/limits.h"
#include "swarm/stored_enum.h"
#include "swarm/usage_streams.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// Rows let go of in one call: the transaction stays short.
constexpr std::int64_t kPruneSlice = 1000;

constexpr Sql kInsert{
    "INSERT INTO usage_records (at_ms, since_ms, source, rank, request_id, swarm, agent, task, operation, model, "
    "client, "
    "client_session, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_usd) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) ON CONFLICT DO NOTHING"};
constexpr Sql kSeries{"SELECT at_ns, value FROM usage_series WHERE series = ?1 AND start_ns = ?2"};
constexpr Sql kSetSeries{
    "INSERT INTO usage_series (series, start_ns, at_ns, value) VALUES (?1, ?2, ?3, ?4) "
    "ON CONFLICT (series, start_ns) DO UPDATE SET at_ns = excluded.at_ns, value = excluded.value"};

/// One pass over the period: SQLite would sort all of it to group it, which takes five times as long.
constexpr Sql kRecords{
    "SELECT agent, task, operation, model, rank, client, client_session, since_ms, at_ms, input_tokens, output_tokens, "
    "cache_read_tokens, cache_write_tokens, cost_usd FROM usage_records WHERE at_ms >= ?1 AND at_ms <= ?2 "
    "AND (?3 IS NULL OR swarm = ?3) AND (?4 IS NULL OR operation = ?4)"};
enum RecordColumn : int { kWhat = 0, kRank = 4, kClient, kSession, kBegun, kAt, kInput, kOutput, kRead, kWrite, kCost };
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
constexpr Sql kPruneManyStreams{
    "DELETE FROM usage_streams WHERE rowid IN (SELECT rowid FROM usage_streams ORDER BY last_ms DESC "
    "LIMIT ?2 OFFSET ?1)"};
constexpr Sql kPruneManySeries{
    "DELETE FROM usage_series WHERE rowid IN (SELECT rowid FROM usage_series ORDER BY at_ns DESC LIMIT ?2 OFFSET ?1)"};

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

/// Finds the row that a record belongs to. Records of one come one after another.
class Rows {
 public:
  Rows(UsageGroup group, std::vector<UsageRow>& rows)
      : rows_(rows),
        column_(kWhat + static_cast<int>(group)),
        numbers_(group == UsageGroup::kAgent || group == UsageGroup::kTask) {}

  UsageRow& Of(const Cursor& row) { return rows_[numbers_ ? PlaceOf(row.Int(column_)) : PlaceOf(row.Text(column_))]; }

 private:
  std::size_t PlaceOf(std::int64_t number) {
    const auto [place, is_new] = by_number_.try_emplace(number, rows_.size());
    if (is_new) rows_.push_back({.number = number, .text = {}, .sum = {}});
    return place->second;
  }
  std::size_t PlaceOf(std::string_view text) {
    const auto known = by_text_.find(absl::string_view(text.data(), text.size()));
    if (known != by_text_.end()) return known->second;
    by_text_.emplace(text, rows_.size());
    rows_.push_back({.number = 0, .text = std::string(text), .sum = {}});
    return rows_.size() - 1;
  }

  std::vector<UsageRow>& rows_;
  const int column_;
  const bool numbers_;
  absl::flat_hash_map<std::int64_t, std::size_t> by_number_;
  absl::flat_hash_map<std::string, std::size_t> by_text_;
};

/// There are few: a table would not find them sooner.
class Origins {
 public:
  explicit Origins(std::vector<UsageOrigin>& origins) : origins_(origins) {}

  UsageOrigin& Of(UsageSource source, std::string_view client) {
    const auto is_it = [&](const UsageOrigin& origin) { return origin.source == source && origin.client == client; };
    const auto place = std::ranges::find_if(origins_, is_it);
    if (place != origins_.end()) return *place;
    return origins_.emplace_back(
        UsageOrigin{.source = source, .client = std::string(client), .counted = 0, .left_out = {}});
  }

 private:
  std::vector<UsageOrigin>& origins_;
};

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
  if (database.Execute(kInsert, record.at_ms, record.since_ms, NameOf(record.source), static_cast<int>(record.source),
                       record.request_id, record.swarm, record.agent, record.task, record.operation, record.model,
                       record.client, record.client_session, figures.input_tokens, figures.output_tokens,
                       figures.cache_read_tokens, figures.cache_write_tokens, figures.cost_usd) == 0) {
    return false;
  }
  NoteStream(database, record.client, record.client_session, record.source, record.at_ms);
  return true;
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
  Rows rows(query.group, report.rows);
  Origins origins(report.origins);
  std::optional<UsageStreams> streams;
  const auto is_counted = [&](const Cursor& row, UsageSource source) {
    if (source == UsageSource::kEvent || query.operation == NameOf(UsageSource::kTask)) return true;
    if (row.Text(kSession).empty() && (source == UsageSource::kTask || row.Text(kClient).empty())) return true;
    if (!streams) streams.emplace(database, query.from_ms, query.to_ms);
    return !streams->HasBetter(row.Text(kClient), row.Text(kSession), source, row.Int(kAt));
  };
  for (Cursor row = database.Query(kRecords, query.from_ms, query.to_ms, query.swarm, query.operation); row.Next();) {
    const auto source = static_cast<UsageSource>(row.Int(kRank));
    const UsageSum sum = ReadRecord(row);
    UsageOrigin& origin = origins.Of(source, row.Text(kClient));
    if (!is_counted(row, source)) {
      origin.left_out.Add(sum);
      continue;
    }
    ++origin.counted;
    rows.Of(row).sum.Add(sum);
    if (source == UsageSource::kTask && row.Text(kSession).empty()) ++report.task_reports_without_session;
    if (const std::int64_t begun_ms = row.Int(kBegun); begun_ms != 0 && begun_ms < query.from_ms - kExportMs) {
      report.begun_ms = report.begun_ms == 0 ? begun_ms : std::min(report.begun_ms, begun_ms);
      report.begun_before.Add(sum);
    }
  }
  for (const UsageRow& row : report.rows) report.total.Add(row.sum);
  std::ranges::sort(report.origins, {},
                    [](const UsageOrigin& origin) { return std::tie(origin.source, origin.client); });
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
                                 database.Execute(kPruneManyStreams, kMaxUsageStreams, kPruneSlice),
                                 database.Execute(kPruneSeries, oldest_ms * 1'000'000, kPruneSlice),
                                 database.Execute(kPruneManySeries, kMaxUsageSeries, kPruneSlice)};
  return std::ranges::find(pruned, kPruneSlice) != std::end(pruned);
}

}  // namespace skep::swarm
