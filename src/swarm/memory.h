#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skep/error.h"
#include "store/cache.h"
#include "store/database.h"

/// Shared memory: entries named by namespace and key, each with a version that rises by one at every store.
/// Every function works on the connection that it is given; `now_ms` is the wall clock. Expired entries do not exist.
namespace skep::swarm {

struct StoreRequest {
  std::string_view name_space;
  std::string_view key;
  std::string_view value;
  std::optional<std::int64_t> ttl_s;
  /// Compare-and-set: the version that must be there now; 0: the entry must not exist.
  std::optional<std::int64_t> if_version;
};
struct Stored {
  std::int64_t version = 0;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t expires_ms = 0;
};
/// kConflict when if_version does not hold, naming the version that is there. kInvalidArgument and kTooLarge for names,
/// values and lifetimes beyond the bounds of limits.h.
Expected<Stored> StoreEntry(store::Database& database, const StoreRequest& request, std::int64_t now_ms);

/// Which bytes of a value are wanted. Of one that has no more than `whole` bytes, all are read.
struct Wanted {
  std::size_t from = 0;
  std::size_t most = std::numeric_limits<std::size_t>::max();
  std::size_t whole = std::numeric_limits<std::size_t>::max();
};
struct Retrieved {
  store::Entry entry;    ///< Its value: the bytes that were read,
  std::size_t from = 0;  ///< which begin here,
  std::size_t size = 0;  ///< of so many.
};
/// Nothing when there is no such entry, or it cannot be read: then the database has an error. Only what is wanted of a
/// long value is read, with the pages before it.
std::optional<Retrieved> RetrieveEntry(store::Database& database, std::string_view name_space, std::string_view key,
                                       std::int64_t now_ms, const Wanted& wanted = {});

/// Returns the version that was deleted. kNotFound when there is none, whatever if_version says; kConflict when it has
/// another version.
Expected<std::int64_t> DeleteEntry(store::Database& database, std::string_view name_space, std::string_view key,
                                   std::optional<std::int64_t> if_version, std::int64_t now_ms);

/// How a cache names the entry.
std::string CacheKey(std::string_view name_space, std::string_view key);

/// An entry as lists and searches show it: without its value, which may be megabytes.
struct Summary {
  std::string name_space;
  std::string key;
  std::int64_t version = 0;
  std::int64_t bytes = 0;
  std::int64_t updated_ms = 0;
  std::int64_t expires_ms = 0;
  std::string
      snippet;  ///< The value's beginning, or the text around a match; at most 160 bytes, cut between characters.
};

/// The entry in a row of the table, with the beginning of its value; also when it has expired.
std::optional<Summary> SummaryOf(store::Database& database, std::int64_t row);

struct Page {
  std::vector<Summary> entries;  ///< May be empty although there is more, when a glob matches few of many keys.
  bool more = false;
  std::string last_key;  ///< If there is more: how far this page looked, which is `after_key` for the next one.
};
/// Entries of a namespace in the order of their keys, after `after_key` (exclusive; empty: from the first).
/// `glob` (see swarm/glob.h) may be empty.
Page ListEntries(store::Database& database, std::string_view name_space, std::string_view glob,
                 std::string_view after_key, std::int64_t limit, std::int64_t now_ms);

struct Found {
  std::vector<Summary> entries;
  std::int64_t matched = 0;      ///< Matches seen; at most limits::kMaxRanked + kMaxTail.
  bool complete = true;          ///< False: a bound stopped the search before all entries were looked at.
  std::int64_t not_indexed = 0;  ///< Entries that were looked through one by one.
};
/// `pattern` with a *, ? or [ and neither white space nor a quote is a glob over keys, and finds them in their order;
/// anything else is words, all of which must occur in the key or the value (whole words, case and accents ignored;
/// "a phrase" in quotes; word* for a prefix), and finds the newest and the best first (see swarm/full_text.h). In all
/// namespaces when `name_space` is absent. Words are found in the first limits::kMaxIndexedText bytes of a value.
/// kInvalidArgument when there is nothing to look for in the pattern.
Expected<Found> SearchEntries(store::Database& database, std::string_view pattern,
                              std::optional<std::string_view> name_space, std::int64_t limit, std::int64_t now_ms);

struct NamespaceStats {
  std::string name_space;
  std::int64_t entries = 0;
  std::int64_t bytes = 0;  ///< Of keys and values.
};
struct MemoryStats {
  std::vector<NamespaceStats> namespaces;  ///< By name; at most limits::kMaxPage.
  std::int64_t entries = 0;
  std::int64_t bytes = 0;
  std::int64_t not_indexed = 0;
};
MemoryStats StatEntries(store::Database& database, std::int64_t now_ms);

/// Deletes some of the entries that have expired. Returns whether there are more.
bool PurgeExpired(store::Database& database, std::int64_t now_ms);

}  // namespace skep::swarm
