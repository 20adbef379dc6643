#pragma once

#include "store/database.h"

namespace skep::store {

/// Gives the connection the SQL function skep_rank(table, phrases), to be used beside MATCH on a table whose columns
/// are space, key and value: how well the row matches, more is better (Okapi BM25, a word in the key counting
/// kKeyWeight times). `phrases` has one letter for each phrase of the query, in its order: 'w' a word or words,
/// 'p' a prefix, 's' one that selects and does not rank.
///
/// FTS5's own bm25() first counts all rows that have each phrase, which makes a common word cost 10 ms per 100,000
/// rows however few are ranked. This one counts to limits::kMaxRanked: a word found more often is as common as any.
void RegisterRank(Database& database);

inline constexpr double kKeyWeight = 4.0;

}  // namespace skep::store
