#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/sqlite/rank.h"
#include "store/sqlite/tokenizer.h"
#include "swarm/full_text.h"
#include "swarm/snippet.h"
#include "swarm/word_query.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

// Newest first. Only what these name is read, and memory_rev has it all.
constexpr Sql kTail{
    "SELECT id, bytes FROM memory WHERE rev > ?1 AND (expires_ms = 0 OR expires_ms > ?2) AND "
    "(?3 = '' OR namespace = ?3) ORDER BY rev DESC LIMIT ?4"};
constexpr Sql kKeyAndValue{"SELECT key, value FROM memory WHERE id = ?1"};
constexpr Sql kValue{"SELECT value FROM memory WHERE id = ?1"};

// A null id: the document is stale, or its entry has expired.
constexpr Sql kMatches[2] = {
    {"SELECT memory.id, CASE WHEN memory.id IS NULL THEN 0 ELSE skep_rank(memory_fts_0, ?2) END FROM memory_fts_0 "
     "LEFT JOIN memory ON memory.rev = memory_fts_0.rowid AND (expires_ms = 0 OR expires_ms > ?3) "
     "WHERE memory_fts_0 MATCH ?1 AND memory_fts_0.rowid > ?4 ORDER BY memory_fts_0.rowid DESC"},
    {"SELECT memory.id, CASE WHEN memory.id IS NULL THEN 0 ELSE skep_rank(memory_fts_1, ?2) END FROM memory_fts_1 "
     "LEFT JOIN memory ON memory.rev = memory_fts_1.rowid AND (expires_ms = 0 OR expires_ms > ?3) "
     "WHERE memory_fts_1 MATCH ?1 AND memory_fts_1.rowid > ?4 ORDER BY memory_fts_1.rowid DESC"},
};
constexpr Sql kCountUpTo[2] = {
    {"SELECT count(*) FROM (SELECT rowid FROM memory_fts_0 WHERE memory_fts_0 MATCH ?1 ORDER BY rowid DESC LIMIT ?2)"},
    {"SELECT count(*) FROM (SELECT rowid FROM memory_fts_1 WHERE memory_fts_1 MATCH ?1 ORDER BY rowid DESC LIMIT ?2)"},
};

/// What looking through an entry costs, in bytes of text: more than is searched of a long value, because all of it is
/// read.
std::size_t SearchCost(std::int64_t bytes) {
  const auto size = static_cast<std::size_t>(bytes);
  return std::min(size, limits::kMaxIndexedText) + size / 16;
}

/// One search, from the query to what is found.
class Search {
 public:
  Search(Database& database, const WordQuery& query, store::Tokenizer& tokenizer,
         std::optional<std::string_view> name_space, std::int64_t now_ms, const SearchBounds& bounds)
      : database_(database),
        query_(query),
        matcher_(query, tokenizer),
        name_space_(name_space),
        now_ms_(now_ms),
        bounds_(bounds),
        index_(ReadIndexState(database)) {}

  Found Run(std::int64_t limit) {
    const auto most = static_cast<std::size_t>(std::max<std::int64_t>(limit, 0));
    std::vector<std::int64_t> ids = InTail(most);
    for (const std::int64_t id : InIndex(most - ids.size())) ids.push_back(id);
    for (const std::int64_t id : ids) Show(id);
    return std::move(found_);
  }

 private:
  struct Match {
    double score;
    std::size_t age;  ///< 0: the newest.
    std::int64_t id;
  };

  /// The first `limit` matches among the entries that are not yet indexed; counts the others.
  std::vector<std::int64_t> InTail(std::size_t limit) {
    std::vector<std::int64_t> ids;
    std::size_t bytes = 0;
    Cursor tail =
        database_.Query(kTail, index_.indexed_rev, now_ms_, name_space_.value_or(std::string_view()), bounds_.tail + 1);
    while (tail.Next()) {
      bytes += SearchCost(tail.Int(1));
      const bool first = found_.not_indexed == 0;
      if (found_.not_indexed == bounds_.tail || (bytes > bounds_.tail_bytes && !first)) {
        found_.complete = false;
        break;
      }
      ++found_.not_indexed;
      Cursor entry = database_.Query(kKeyAndValue, tail.Int(0));
      if (!entry.Next() || !matcher_.Matches(entry.Text(0), entry.Text(1))) continue;
      ++found_.matched;
      if (ids.size() < limit) ids.push_back(tail.Int(0));
    }
    return ids;
  }

  /// The best `limit` of the newest matches in the index; counts the others.
  std::vector<std::int64_t> InIndex(std::size_t limit) {
    store::RegisterRank(database_);
    std::vector<Match> matches;
    const std::int64_t oldest = OldestSeen();
    const std::string expression = query_.MatchExpression(name_space_);
    const std::string phrases = query_.RankedPhrases(name_space_);
    std::int64_t seen = 0;
    Cursor cursor = database_.Query(kMatches[index_.generation], expression, phrases, now_ms_, oldest);
    while (cursor.Next()) {
      if (++seen > bounds_.documents) {
        found_.complete = false;
        break;
      }
      if (cursor.IsNull(0)) continue;
      if (std::ssize(matches) == bounds_.ranked) {
        found_.complete = false;
        break;
      }
      matches.push_back({.score = cursor.Real(1), .age = matches.size(), .id = cursor.Int(0)});
    }
    found_.matched += std::ssize(matches);
    const std::size_t shown = std::min(matches.size(), limit);
    std::ranges::partial_sort(
        matches, matches.begin() + static_cast<std::ptrdiff_t>(shown),
        [](const Match& a, const Match& b) { return a.score != b.score ? a.score > b.score : a.age < b.age; });
    matches.resize(shown);
    std::vector<std::int64_t> ids;
    ids.reserve(matches.size());
    for (const Match& match : matches) ids.push_back(match.id);
    return ids;
  }

  /// The rev down to which the index is searched: 0, unless each word by itself is common. Then the documents that have
  /// all of them may be few, and FTS5, which cannot be interrupted, would go through all documents to find them.
  std::int64_t OldestSeen() {
    const std::int64_t oldest = index_.indexed_rev - bounds_.common_revs;
    if (oldest <= 0) return 0;
    const std::vector<std::string> words = query_.SingleWords(name_space_);
    if (words.size() == 1) return 0;
    for (const std::string& word : words) {
      Cursor count = database_.Query(kCountUpTo[index_.generation], word, bounds_.ranked);
      if (count.Next() && count.Int(0) < bounds_.ranked) return 0;
    }
    found_.complete = false;
    return oldest;
  }

  void Show(std::int64_t id) {
    auto summary = SummaryOf(database_, id);
    if (!summary) return;
    if (auto snippet = Around(id, summary->bytes)) summary->snippet = std::move(*snippet);
    found_.entries.push_back(std::move(*summary));
  }

  /// The value around the first match, if there is one in it and looking for it is not too much work.
  std::optional<std::string> Around(std::int64_t id, std::int64_t bytes) {
    if (bytes > snippet_bytes_left_ || bytes > std::int64_t{limits::kMaxIndexedText}) return std::nullopt;
    snippet_bytes_left_ -= bytes;
    Cursor row = database_.Query(kValue, id);
    if (!row.Next()) return std::nullopt;
    const auto at = matcher_.Find(row.Text(0));
    if (!at) return std::nullopt;
    return MakeSnippet(row.Text(0), *at);
  }

  Database& database_;
  const WordQuery& query_;
  WordMatcher matcher_;
  std::optional<std::string_view> name_space_;
  std::int64_t now_ms_;
  const SearchBounds& bounds_;
  IndexState index_;
  std::int64_t snippet_bytes_left_ = limits::kMaxSnippetWork;
  Found found_;
};

}  // namespace

Expected<Found> SearchWords(Database& database, std::string_view pattern, std::optional<std::string_view> name_space,
                            std::int64_t limit, std::int64_t now_ms, const SearchBounds& bounds) {
  const auto tokenizer = store::Tokenizer::Make(database);
  if (tokenizer == nullptr) return std::unexpected(*database.error());
  const auto query = WordQuery::Parse(pattern, *tokenizer);
  if (!query) return std::unexpected(query.error());
  return Search(database, *query, *tokenizer, name_space, now_ms, bounds).Run(limit);
}

}  // namespace skep::swarm
