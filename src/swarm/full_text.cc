#include "swarm/full_text.h"

#include <cstdint>
#include <string_view>

#include "swarm/snippet.h"
#include "swarm/stored_enum.h"
#include "swarm/word_query.h"

// What FTS5 alone understands stands in this file and in word_search.cc. The SQL of the two generations is written
// twice, because a table's name cannot be a parameter.
namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;
using Phase = IndexPhase;

constexpr Sql kReadState{
    "SELECT generation, indexed_rev, documents, phase, rebuilt_rev, rebuilt_documents FROM memory_state"};
constexpr Sql kWriteState{
    "UPDATE memory_state SET generation = ?1, indexed_rev = ?2, documents = ?3, phase = ?4, rebuilt_rev = ?5, "
    "rebuilt_documents = ?6"};
constexpr Sql kEntriesAfter{
    "SELECT rev, namespace, key, value FROM memory WHERE rev > ?1 AND rev <= ?2 ORDER BY rev LIMIT ?3"};
constexpr Sql kCountEntries{"SELECT count(*) FROM memory"};
constexpr Sql kAddDocument[2] = {
    {"INSERT INTO memory_fts_0 (rowid, space, key, value) VALUES (?1, ?2, ?3, ?4)"},
    {"INSERT INTO memory_fts_1 (rowid, space, key, value) VALUES (?1, ?2, ?3, ?4)"},
};

// A generation is emptied through the tables that FTS5 keeps it in, because its own 'delete-all' takes 0.3 s for
// 100,000 documents of 1 KB. It comes last, when little is left, and makes an empty index of the remains.
constexpr Sql kClearWords[2] = {
    {"DELETE FROM memory_fts_0_data WHERE id IN (SELECT id FROM memory_fts_0_data ORDER BY id DESC LIMIT ?1)"},
    {"DELETE FROM memory_fts_1_data WHERE id IN (SELECT id FROM memory_fts_1_data ORDER BY id DESC LIMIT ?1)"},
};
constexpr Sql kClearSizes[2] = {
    {"DELETE FROM memory_fts_0_docsize WHERE id IN (SELECT id FROM memory_fts_0_docsize ORDER BY id DESC LIMIT ?1)"},
    {"DELETE FROM memory_fts_1_docsize WHERE id IN (SELECT id FROM memory_fts_1_docsize ORDER BY id DESC LIMIT ?1)"},
};
constexpr Sql kReset[2] = {
    {"INSERT INTO memory_fts_0 (memory_fts_0) VALUES ('delete-all')"},
    {"INSERT INTO memory_fts_1 (memory_fts_1) VALUES ('delete-all')"},
};

void WriteState(Database& database, const IndexState& state) {
  database.Execute(kWriteState, state.generation, state.indexed_rev, state.documents, NameOf(state.phase),
                   state.rebuilt_rev, state.rebuilt_documents);
}

struct Slice {
  std::int64_t last_rev = 0;
  std::int64_t documents = 0;
  bool more = false;
};

/// Adds documents of the entries after `after`, up to and including `up_to`, to a generation.
Slice AddDocuments(Database& database, int generation, std::int64_t after, std::int64_t up_to,
                   const UpkeepBounds& bounds) {
  Slice slice{.last_rev = after};
  std::size_t text_bytes = 0;
  Cursor entries = database.Query(kEntriesAfter, after, up_to, bounds.entries + 1);
  while (entries.Next()) {
    if (slice.documents == bounds.entries || text_bytes >= bounds.text_bytes) {
      slice.more = true;
      break;
    }
    const std::string_view value = CutAtCharacter(entries.Text(3), limits::kMaxIndexedText);
    slice.last_rev = entries.Int(0);
    database.Execute(kAddDocument[generation], slice.last_rev, SpaceWord(entries.Text(1)), entries.Text(2), value);
    ++slice.documents;
    text_bytes += entries.Text(2).size() + value.size();
  }
  return slice;
}

/// Empties a generation a little. Returns whether there is more to do.
bool ClearSlice(Database& database, int generation) {
  if (database.Execute(kClearWords[generation], limits::kClearSlice) == limits::kClearSlice) return true;
  // These rows are 16 times smaller or more.
  constexpr int kRows = 16 * limits::kClearSlice;
  if (database.Execute(kClearSizes[generation], kRows) == kRows) return true;
  database.Execute(kReset[generation]);
  return false;
}

bool WorthRebuilding(Database& database, const IndexState& state, const UpkeepBounds& bounds) {
  if (state.documents <= bounds.stale) return false;
  Cursor count = database.Query(kCountEntries);
  const std::int64_t live = count.Next() ? count.Int(0) : 0;
  const std::int64_t stale = state.documents - live;
  return stale > bounds.stale && stale > 2 * live;
}

/// A step of what follows once everything is indexed. Returns whether there is more to do.
bool RebuildSlice(Database& database, IndexState& state, const UpkeepBounds& bounds) {
  const int other = 1 - state.generation;
  switch (state.phase) {
    case Phase::kSteady:
      if (!WorthRebuilding(database, state, bounds)) return false;
      state.phase = Phase::kRebuilding;
      state.rebuilt_rev = state.rebuilt_documents = 0;
      return true;
    case Phase::kRebuilding: {
      const Slice slice = AddDocuments(database, other, state.rebuilt_rev, state.indexed_rev, bounds);
      state.rebuilt_rev = slice.last_rev;
      state.rebuilt_documents += slice.documents;
      if (slice.more) return true;
      state.generation = other;
      state.documents = state.rebuilt_documents;
      state.phase = Phase::kClearing;
      return true;
    }
    case Phase::kClearing:
      if (ClearSlice(database, other)) return true;
      state.phase = Phase::kSteady;
      return false;
  }
  return false;
}

}  // namespace

IndexState ReadIndexState(Database& database) {
  IndexState state;
  Cursor row = database.Query(kReadState);
  if (!row.Next()) return state;
  state.generation = row.Int(0) == 0 ? 0 : 1;
  state.indexed_rev = row.Int(1);
  state.documents = row.Int(2);
  state.phase = ReadEnum<Phase>(database, row.Text(3));
  state.rebuilt_rev = row.Int(4);
  state.rebuilt_documents = row.Int(5);
  return state;
}

bool IndexSlice(Database& database, const UpkeepBounds& bounds) {
  const IndexState before = ReadIndexState(database);
  IndexState state = before;
  const Slice slice = AddDocuments(database, state.generation, state.indexed_rev, INT64_MAX, bounds);
  state.indexed_rev = slice.last_rev;
  state.documents += slice.documents;
  // The other generation has its turn only when this one is up to date, so that the tail stays short.
  const bool more = slice.documents > 0 || RebuildSlice(database, state, bounds);
  if (state != before) WriteState(database, state);
  return more && !database.error();
}

bool Maintain(Database& database, std::int64_t now_ms, const UpkeepBounds& bounds) {
  const bool more_expired = PurgeExpired(database, now_ms);
  const bool more_to_index = IndexSlice(database, bounds);
  return (more_expired || more_to_index) && !database.error();
}

}  // namespace skep::swarm
