#include "store/sqlite/rank.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "store/sqlite/fts5.h"

namespace skep::store {
namespace {

constexpr int kKeyColumn = 1;
constexpr int kAllColumns = -1;
/// BM25's usual constants: how soon further occurrences stop to count, and how much longer text is held against it.
constexpr double kSaturation = 1.2;
constexpr double kLength = 0.75;
/// Occurrences of a phrase in a row that are counted: by then nothing more is gained (see kSaturation).
constexpr int kMaxOccurrences = 64;

/// What does not change from row to row of one query.
struct Query {
  std::vector<double> weights;  ///< One per phrase: how much rarer than the others it is. 0: does not rank.
  double average_size = 1;      ///< Words in a row.
};

int CountRow(const Fts5ExtensionApi*, Fts5Context*, void* count) {
  return ++*static_cast<int*>(count) < limits::kMaxRanked ? SQLITE_OK : SQLITE_DONE;
}

double Rarity(double rows, int counted) {
  // What was not counted passes for common, of which there may be fewer rows than that.
  const double hits = std::min(rows, static_cast<double>(counted));
  // The logarithm goes below 0 for what most rows have; that must still count for something.
  return std::max(std::log((rows - hits + 0.5) / (hits + 0.5)), 1e-6);
}

std::unique_ptr<Query> Prepare(const Fts5ExtensionApi* api, Fts5Context* fts, std::string_view phrases) {
  auto query = std::make_unique<Query>();
  sqlite3_int64 rows = 0;
  sqlite3_int64 words = 0;
  if (api->xRowCount(fts, &rows) != SQLITE_OK || rows <= 0) return nullptr;
  if (api->xColumnTotalSize(fts, kAllColumns, &words) != SQLITE_OK) return nullptr;
  query->average_size = std::max(1.0, static_cast<double>(words) / static_cast<double>(rows));
  const auto ranking = std::ranges::count_if(phrases, [](char kind) { return kind != 's'; });
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    // The rows that have a prefix are not counted, since that would gather all of them a second time.
    int hits = limits::kMaxRanked;
    if (phrases[i] == 'w' && ranking > 1) {
      hits = 0;
      if (api->xQueryPhrase(fts, static_cast<int>(i), &hits, &CountRow) != SQLITE_OK) return nullptr;
    }
    query->weights.push_back(phrases[i] == 's' ? 0 : Rarity(static_cast<double>(rows), hits));
  }
  return query;
}

/// How often the phrase occurs in the row, an occurrence in the key counting more.
double Occurrences(const Fts5ExtensionApi* api, Fts5Context* fts, int phrase) {
  double sum = 0;
  Fts5PhraseIter at{};
  int column = 0;
  int offset = 0;
  if (api->xPhraseFirst(fts, phrase, &at, &column, &offset) != SQLITE_OK) return 0;
  for (int i = 0; i < kMaxOccurrences && column >= 0; ++i) {
    sum += column == kKeyColumn ? kKeyWeight : 1.0;
    api->xPhraseNext(fts, &at, &column, &offset);
  }
  return sum;
}

void Rank(const Fts5ExtensionApi* api, Fts5Context* fts, sqlite3_context* context, int count, sqlite3_value** values) {
  auto* query = static_cast<Query*>(api->xGetAuxdata(fts, 0));
  if (query == nullptr && count == 1) {
    const auto* phrases = static_cast<const char*>(sqlite3_value_blob(values[0]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    auto prepared = Prepare(api, fts, {phrases, phrases != nullptr ? size : 0});
    if (prepared != nullptr) {
      query = prepared.release();
      // FTS5 owns it from here on, also when this fails.
      if (api->xSetAuxdata(fts, query, [](void* old) { delete static_cast<Query*>(old); }) != SQLITE_OK)
        query = nullptr;
    }
  }
  int size = 0;
  if (query == nullptr || api->xColumnSize(fts, kAllColumns, &size) != SQLITE_OK) {
    sqlite3_result_error(context, "cannot rank", -1);
    return;
  }
  const double length = kSaturation * (1 - kLength + kLength * size / query->average_size);
  double score = 0;
  for (std::size_t i = 0; i < query->weights.size(); ++i) {
    if (query->weights[i] == 0) continue;
    const double found = Occurrences(api, fts, static_cast<int>(i));
    score += query->weights[i] * found * (kSaturation + 1) / (found + length);
  }
  sqlite3_result_double(context, score);
}

bool IsRegistered(sqlite3* handle) {
  // FTS5 makes the name known to SQL; before that, no statement with it can be prepared.
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle, "SELECT skep_rank()", -1, &statement, nullptr);
  sqlite3_finalize(statement);
  return code == SQLITE_OK;
}

}  // namespace

void RegisterRank(Database& database) {
  if (database.error() || IsRegistered(database.handle())) return;
  fts5_api* api = Fts5Interface(database);
  if (api == nullptr) return;
  if (api->xCreateFunction(api, "skep_rank", nullptr, &Rank, nullptr) != SQLITE_OK) {
    database.SetError({ErrorCode::kUnavailable, "out of memory while preparing a search"});
  }
}

}  // namespace skep::store
