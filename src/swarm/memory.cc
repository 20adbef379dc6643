#include "swarm/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/limits.h"
#include "base/printable.h"
#include "swarm/full_text.h"
#include "swarm/glob.h"
#include "swarm/key_search.h"
#include "swarm/snippet.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// Values longer than this have their beginning in a column of its own, so that lists need not read them. Shorter ones
/// lie in the page that is read anyway.
constexpr std::size_t kLongValue = 2 * limits::kKiB;
/// Bytes of a name that an error repeats.
constexpr std::size_t kShownName = 100;

// What is there is looked up first, judged here, and then changed by its id: an upsert that judges in SQL and returns
// what it did costs almost twice the instructions (57,700 against 31,200 by callgrind, 1 KB value).
constexpr Sql kFind{"SELECT id, version, rev, created_ms, expires_ms FROM memory WHERE namespace = ?1 AND key = ?2"};
/// Above all that there are and all that there have been.
constexpr Sql kNextRev{"SELECT 1 + max((SELECT coalesce(max(rev), 0) FROM memory), deleted_rev) FROM memory_state"};
constexpr Sql kInsert{
    "INSERT INTO memory (namespace, key, version, created_ms, updated_ms, expires_ms, rev, bytes, head, value) "
    "VALUES (?1, ?2, 1, ?3, ?3, ?4, ?5, ?6, ?7, ?8)"};
constexpr Sql kUpdate{
    "UPDATE memory SET version = ?2, created_ms = ?3, updated_ms = ?4, expires_ms = ?5, rev = ?6, bytes = ?7, "
    "head = ?8, value = ?9 WHERE id = ?1"};
constexpr Sql kRetrieve{
    "SELECT version, created_ms, updated_ms, expires_ms, id, bytes, CASE WHEN bytes <= ?4 THEN value END FROM memory "
    "WHERE namespace = ?1 AND key = ?2 AND (expires_ms = 0 OR expires_ms > ?3)"};
constexpr Sql kRememberRev{"UPDATE memory_state SET deleted_rev = ?1 WHERE deleted_rev < ?1"};
constexpr Sql kSummary{
    "SELECT namespace, key, version, bytes, updated_ms, expires_ms, coalesce(head, value) FROM memory WHERE id = ?1"};
constexpr Sql kSizes{"SELECT namespace, bytes, expires_ms, rev FROM memory"};
constexpr Sql kExpired{
    "SELECT id, namespace, key, bytes, rev FROM memory WHERE expires_ms > 0 AND expires_ms <= ?1 "
    "ORDER BY expires_ms LIMIT ?2"};
constexpr Sql kDeleteRow{"DELETE FROM memory WHERE id = ?1"};

Expected<void> CheckName(std::string_view what, std::string_view name, std::size_t most) {
  if (name.empty()) return Fail(ErrorCode::kInvalidArgument, fmt::format("{} must not be empty", what));
  if (name.size() > most) {
    return Fail(ErrorCode::kTooLarge, fmt::format("{} may have {} bytes, this one has {}", what, most, name.size()));
  }
  return {};
}

Expected<void> Check(const StoreRequest& request) {
  if (auto good = CheckName("namespace", request.name_space, limits::kMaxNamespace); !good) return good;
  if (auto good = CheckName("key", request.key, limits::kMaxKey); !good) return good;
  if (request.value.size() > limits::kMaxValue) {
    return Fail(ErrorCode::kTooLarge,
                fmt::format("a value may have {} bytes, this one has {}: store it in parts under several keys",
                            limits::kMaxValue, request.value.size()));
  }
  if (request.ttl_s && (*request.ttl_s < 1 || *request.ttl_s > limits::kMaxTtlS)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("ttl must be 1 to {} seconds, got {}", limits::kMaxTtlS, *request.ttl_s));
  }
  return {};
}

std::string Named(std::string_view name_space, std::string_view key) {
  return fmt::format("\"{}\" in namespace \"{}\"", Printable(key, kShownName), Printable(name_space, kShownName));
}

/// What a change has to know of the entry that is there.
struct Present {
  std::int64_t id = 0;       ///< 0: none. An entry that has expired has one, and counts as absent in all else.
  std::int64_t version = 0;  ///< 0: absent.
  std::int64_t rev = 0;
  std::int64_t created_ms = 0;
};

Present FindEntry(Database& database, std::string_view name_space, std::string_view key, std::int64_t now_ms) {
  Cursor row = database.Query(kFind, name_space, key);
  if (!row.Next()) return {.created_ms = now_ms};
  const bool expired = row.Int(4) != 0 && row.Int(4) <= now_ms;
  return {.id = row.Int(0),
          .version = expired ? 0 : row.Int(1),
          .rev = row.Int(2),
          .created_ms = expired ? now_ms : row.Int(3)};
}

std::int64_t NextRev(Database& database) {
  Cursor row = database.Query(kNextRev);
  return row.Next() ? row.Int(0) : 0;
}

/// Why a compare-and-set was refused.
std::unexpected<Error> Conflict(std::string_view name_space, std::string_view key, std::int64_t wanted,
                                std::int64_t version) {
  const std::string named = Named(name_space, key);
  if (version == 0) {
    return Fail(ErrorCode::kConflict, fmt::format("{} does not exist, version {} was expected", named, wanted));
  }
  if (wanted == 0) {
    return Fail(ErrorCode::kConflict, fmt::format("{} exists already: it is at version {}", named, version));
  }
  return Fail(ErrorCode::kConflict,
              fmt::format("{} is at version {}, version {} was expected: retrieve it again", named, version, wanted));
}

std::optional<std::string_view> Head(std::string_view value) {
  if (value.size() <= kLongValue) return std::nullopt;
  return CutAtCharacter(value, limits::kMaxSnippet);
}

}  // namespace

std::string CacheKey(std::string_view name_space, std::string_view key) {
  // Either may have any byte in it, so their border is told by the first one's length, in two bytes.
  std::string cache_key(2 + name_space.size() + key.size(), '\0');
  cache_key[0] = static_cast<char>(name_space.size() & 0xff);
  cache_key[1] = static_cast<char>(name_space.size() >> 8 & 0xff);
  std::ranges::copy(name_space, cache_key.begin() + 2);
  std::ranges::copy(key, cache_key.end() - std::ssize(key));
  return cache_key;
}

Expected<Stored> StoreEntry(Database& database, const StoreRequest& request, std::int64_t now_ms) {
  if (auto good = Check(request); !good) return std::unexpected(std::move(good.error()));
  const Present present = FindEntry(database, request.name_space, request.key, now_ms);
  if (database.error()) return std::unexpected(*database.error());
  if (request.if_version && *request.if_version != present.version) {
    return Conflict(request.name_space, request.key, *request.if_version, present.version);
  }
  const Stored stored{.version = present.version + 1,
                      .created_ms = present.created_ms,
                      .updated_ms = now_ms,
                      .expires_ms = request.ttl_s ? now_ms + *request.ttl_s * 1000 : 0};
  const std::int64_t rev = NextRev(database);
  const auto bytes = static_cast<std::int64_t>(request.key.size() + request.value.size());
  if (present.id != 0) {
    database.Execute(kUpdate, present.id, stored.version, stored.created_ms, stored.updated_ms, stored.expires_ms, rev,
                     bytes, Head(request.value), request.value);
  } else {
    database.Execute(kInsert, request.name_space, request.key, now_ms, stored.expires_ms, rev, bytes,
                     Head(request.value), request.value);
  }
  if (database.error()) return std::unexpected(*database.error());
  database.Touch(CacheKey(request.name_space, request.key));
  return stored;
}

std::optional<Retrieved> RetrieveEntry(Database& database, std::string_view name_space, std::string_view key,
                                       std::int64_t now_ms, const Wanted& wanted) {
  // The column `bytes` has the octets of key and value together.
  const std::size_t whole = std::min(wanted.whole, limits::kMaxValue) + key.size();
  Cursor row = database.Query(kRetrieve, name_space, key, now_ms, static_cast<std::int64_t>(whole));
  if (!row.Next()) return std::nullopt;
  Retrieved read{.entry = {.value = std::string(row.Text(6)),
                           .version = row.Int(0),
                           .created_ms = row.Int(1),
                           .updated_ms = row.Int(2),
                           .expires_ms = row.Int(3)}};
  read.size = read.entry.value.size();
  if (row.IsNull(6)) {
    read.size = static_cast<std::size_t>(row.Int(5)) - key.size();
    read.from = std::min(wanted.from, read.size);
    const std::size_t size = std::min(wanted.most, read.size - read.from);
    read.entry.value = database.ReadBytes("memory", "value", row.Int(4), read.from, size);
    if (database.error()) return std::nullopt;
  }
  return read;
}

Expected<std::int64_t> DeleteEntry(Database& database, std::string_view name_space, std::string_view key,
                                   std::optional<std::int64_t> if_version, std::int64_t now_ms) {
  const Present present = FindEntry(database, name_space, key, now_ms);
  if (database.error()) return std::unexpected(*database.error());
  if (present.version == 0) return Fail(ErrorCode::kNotFound, fmt::format("there is no {}", Named(name_space, key)));
  if (if_version && *if_version != present.version) {
    return Conflict(name_space, key, *if_version, present.version);
  }
  database.Execute(kDeleteRow, present.id);
  database.Execute(kRememberRev, present.rev);
  if (database.error()) return std::unexpected(*database.error());
  database.Touch(CacheKey(name_space, key));
  return present.version;
}

std::optional<Summary> SummaryOf(Database& database, std::int64_t row_id) {
  Cursor row = database.Query(kSummary, row_id);
  if (!row.Next()) return std::nullopt;
  return Summary{.name_space = std::string(row.Text(0)),
                 .key = std::string(row.Text(1)),
                 .version = row.Int(2),
                 .bytes = row.Int(3) - static_cast<std::int64_t>(row.Text(1).size()),
                 .updated_ms = row.Int(4),
                 .expires_ms = row.Int(5),
                 .snippet = MakeSnippet(row.Text(6))};
}

Expected<Found> SearchEntries(Database& database, std::string_view pattern, std::optional<std::string_view> name_space,
                              std::int64_t limit, std::int64_t now_ms) {
  const bool one_part = pattern.find_first_of(" \t\n\r\f\v\"") == std::string_view::npos;
  if (one_part && Glob::IsGlob(pattern)) return SearchKeys(database, pattern, name_space, limit, now_ms);
  return SearchWords(database, pattern, name_space, limit, now_ms);
}

MemoryStats StatEntries(Database& database, std::int64_t now_ms) {
  MemoryStats stats;
  const std::int64_t indexed_rev = ReadIndexState(database).indexed_rev;
  std::map<std::string, NamespaceStats, std::less<>> namespaces;
  NamespaceStats* last = nullptr;
  Cursor rows = database.Query(kSizes);
  while (rows.Next()) {
    if (rows.Int(2) != 0 && rows.Int(2) <= now_ms) continue;
    const std::string_view name = rows.Text(0);
    // Neighbours by rev are most often of one namespace.
    if (last == nullptr || last->name_space != name) {
      auto found = namespaces.find(name);
      if (found == namespaces.end())
        found = namespaces.emplace(name, NamespaceStats{.name_space = std::string(name)}).first;
      last = &found->second;
    }
    ++last->entries;
    last->bytes += rows.Int(1);
    ++stats.entries;
    stats.bytes += rows.Int(1);
    if (rows.Int(3) > indexed_rev) ++stats.not_indexed;
  }
  for (auto& [name, one] : namespaces) {
    if (std::ssize(stats.namespaces) == limits::kMaxPage) break;
    stats.namespaces.push_back(std::move(one));
  }
  return stats;
}

bool PurgeExpired(Database& database, std::int64_t now_ms) {
  std::vector<std::int64_t> ids;
  std::int64_t highest_rev = 0;
  std::int64_t bytes = 0;
  bool more = false;
  {
    Cursor rows = database.Query(kExpired, now_ms, limits::kPurgeSlice + 1);
    while (rows.Next()) {
      if (ids.size() == limits::kPurgeSlice || bytes >= limits::kPurgeSliceBytes) {
        more = true;
        break;
      }
      ids.push_back(rows.Int(0));
      bytes += rows.Int(3);
      highest_rev = std::max(highest_rev, rows.Int(4));
      database.Touch(CacheKey(rows.Text(1), rows.Text(2)));
    }
  }
  for (const std::int64_t id : ids) database.Execute(kDeleteRow, id);
  if (!ids.empty()) database.Execute(kRememberRev, highest_rev);
  return more && !database.error();
}

}  // namespace skep::swarm
