#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/limits.h"
#include "skep/error.h"
#include "store/database.h"
#include "swarm/memory.h"

/// The words of memory entries.
///
/// Words are not indexed when an entry is stored (that would make a store ten times dearer) but soon afterwards, in
/// slices, in the order of `rev`, which every store raises. So the index covers every entry whose rev is at most
/// memory_state.indexed_rev, its watermark; a search looks through the entries above it, the tail, one by one.
///
/// A document (a row of the index) is named by the rev of its entry. When the entry is overwritten or deleted, the
/// document stays but no entry has its rev any more: it is stale, and searches pass over it. When stale documents
/// outnumber the others, the index is built afresh in the other of two tables (generations), slice by slice, while
/// searches go on in the first; then they change places and the old one is cleared, slice by slice again.
namespace skep::swarm {

/// How far one step of upkeep goes.
struct UpkeepBounds {
  int entries = limits::kIndexSlice;
  std::size_t text_bytes = limits::kIndexSliceBytes;
  /// Stale documents that are tolerated in any case.
  std::int64_t stale = limits::kToleratedStale;
};

/// One step of what memory needs in the background: deletes entries that have expired, indexes, rebuilds. Returns
/// whether there is more to do. For store::Options::maintenance.
bool Maintain(store::Database& database, std::int64_t now_ms, const UpkeepBounds& bounds = {});

/// Indexes the next slice. Returns whether there is more to do.
bool IndexSlice(store::Database& database, const UpkeepBounds& bounds = {});

/// How far one search goes.
struct SearchBounds {
  int ranked = limits::kMaxRanked;
  int documents = limits::kMaxDocumentsSeen;
  std::int64_t common_revs = limits::kMaxCommonRevs;
  int tail = limits::kMaxTail;
  std::size_t tail_bytes = limits::kMaxTailBytes;
};

/// SearchEntries for words (memory.h says what matches). The tail's matches come first, newest first, then the
/// index's, best first.
Expected<Found> SearchWords(store::Database& database, std::string_view pattern,
                            std::optional<std::string_view> name_space, std::int64_t limit, std::int64_t now_ms,
                            const SearchBounds& bounds = {});

enum class IndexPhase : int {
  kSteady,
  kRebuilding,  ///< The other generation is being built.
  kClearing,    ///< The other generation, no longer used, is being emptied.
};
constexpr std::array<std::string_view, 3> Names(IndexPhase) { return {"steady", "rebuilding", "clearing"}; }

/// What memory_state has to say about the index.
struct IndexState {
  int generation = 0;
  std::int64_t indexed_rev = 0;
  std::int64_t documents = 0;
  IndexPhase phase = IndexPhase::kSteady;
  std::int64_t rebuilt_rev = 0;
  std::int64_t rebuilt_documents = 0;

  bool operator==(const IndexState&) const = default;
};
IndexState ReadIndexState(store::Database& database);

}  // namespace skep::swarm
