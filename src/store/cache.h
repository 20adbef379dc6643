#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/wal_stamp.h"

namespace skep::store {

/// A memory entry as the store holds it.
struct Entry {
  std::string value;
  std::int64_t version = 0;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t expires_ms = 0;  ///< Wall clock; 0: never.
};

/// Entries that were read lately, within a bound of bytes; the least recently used go first.
///
/// Its contents mirror one state of the database, named by a Stamp. What it finds is what the read transaction that is
/// open, or one begun now, would have read: as soon as any process commits, the stamps differ and nothing is found any
/// more. A commit of our own process tells which entries it changed, and the others stay.
///
/// Not cut into shards, whose purpose is that threads seldom meet at a lock: one thread reads (measured: a hit takes
/// 40 ns), and it takes a lock only when there was a commit.
///
/// Belongs to one thread, the one that reads, but for BeginCommit and EndCommit, which belong to the one that writes.
/// What those say is only ever a reason to keep more: were it lost, the stamps would still tell that there was a
/// commit.
class Cache {
 public:
  struct Stats {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t insertions = 0;
    std::uint64_t evictions = 0;                ///< Made room for others.
    std::uint64_t invalidations = 0;            ///< Changed by a commit, or perhaps changed by another process.
    std::uint64_t invalidations_by_others = 0;  ///< Of these, the latter: all there were.
    std::uint64_t cleared = 0;                  ///< Entries that Clear() has dropped.
    std::uint64_t too_large = 0;                ///< Read, and not kept for that reason.
    std::size_t entries = 0;
    std::size_t bytes = 0;  ///< What they cost, the cache's own structures included.
    std::size_t capacity = 0;
  };

  /// `capacity` in bytes; 0 keeps nothing.
  explicit Cache(std::size_t capacity);
  ~Cache();

  /// Nothing when it is not here, which says nothing of the database. Also finds entries that have expired.
  std::shared_ptr<const Entry> Find(std::string_view key);
  /// Keeps what was read from Store::Reader in the read that is open. Not when it is larger than
  /// limits::kCacheMaxValue, or than the capacity.
  void Insert(std::string_view key, std::shared_ptr<const Entry> entry);
  /// Counts one that was read only in part because it is larger than that.
  void PassOver();
  void Clear();
  void Resize(std::size_t capacity);
  Stats stats() const;

  // What follows is the Store's side of it.

  /// The index of the connection that reads, for as long as that is open; empties the cache.
  void Attach(const WalIndex& index);
  /// A read transaction has begun, in this state (which may be unknown).
  void BeginRead(const Stamp& snapshot);
  void EndRead();
  /// A commit is about to be published that is no reason to drop everything: EndCommit will follow.
  void BeginCommit();
  /// A transaction led from one state to the other and changed these entries and no others, as far as they are kept
  /// here. Equal states: it was undone, or changed nothing.
  void EndCommit(const Stamp& before, const Stamp& after, std::vector<std::string> touched);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skep::store
