#include "metrics/error_tally.h"

#include <absl/hash/hash.h>

#include <algorithm>

#include "base/limits.h"
#include "metrics/redact.h"
#include "metrics/signature.h"
#include "metrics/windows.h"
#include "swarm/snippet.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kAdd{
    "UPDATE error_windows SET count = count + ?7, total_ns = total_ns + ?8, "
    "most_ns = CASE WHEN most_ns < ?9 THEN ?9 ELSE most_ns END, "
    "first_ms = CASE WHEN first_ms > ?10 THEN ?10 ELSE first_ms END, "
    "last_ms = CASE WHEN last_ms < ?11 THEN ?11 ELSE last_ms END "
    "WHERE seconds = ?1 AND start_ms = ?2 AND signature = ?3 AND operation = ?4 AND code = ?5 AND preceding = ?6"};
constexpr Sql kInsert{
    "INSERT INTO error_windows (seconds, start_ms, signature, operation, code, preceding, count, total_ns, most_ns, "
    "first_ms, last_ms, message) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"};
constexpr Sql kKinds{"SELECT count(*) FROM error_windows WHERE seconds = ?1 AND start_ms = ?2"};

ErrorKind Others() {
  return {.signature = std::string(ErrorTally::kOthers), .operation = {}, .code = {}, .preceding = {}};
}

/// How many kinds may be told apart; the rest are one more.
constexpr std::size_t kToldApart = limits::kMaxErrorKinds - 1;

void Add(Database& database, std::int64_t seconds, std::int64_t start_ms, const ErrorKind& kind,
         const ErrorFigures& figures) {
  const auto add = [&](const ErrorKind& to) {
    return database.Execute(kAdd, seconds, start_ms, to.signature, to.operation, to.code, to.preceding, figures.count,
                            figures.total_ns, figures.most_ns, figures.first_ms, figures.last_ms) != 0;
  };
  if (add(kind)) return;
  std::int64_t kinds = 0;
  if (Cursor row = database.Query(kKinds, seconds, start_ms); row.Next()) kinds = row.Int(0);
  const bool full = kinds >= static_cast<std::int64_t>(kToldApart);
  const ErrorKind to = full ? Others() : kind;
  if (full && add(to)) return;
  database.Execute(kInsert, seconds, start_ms, to.signature, to.operation, to.code, to.preceding, figures.count,
                   figures.total_ns, figures.most_ns, figures.first_ms, figures.last_ms, figures.message);
}

}  // namespace

std::size_t ErrorKindHash::operator()(const ErrorKind& kind) const {
  return absl::HashOf(kind.signature, kind.operation, kind.code, kind.preceding);
}

void ErrorTally::Note(std::string_view message, std::string_view operation, std::string_view code,
                      std::string_view preceding, std::int64_t took_ns, std::int64_t now_ms) {
  ErrorKind kind{.signature = SignatureOf(message),
                 .operation = std::string(operation),
                 .code = std::string(code),
                 .preceding = std::string(preceding)};
  auto found = kinds_.find(kind);
  if (found == kinds_.end()) {
    const bool full = kinds_.size() >= kToldApart;
    bool is_new = false;
    std::tie(found, is_new) = kinds_.try_emplace(full ? Others() : std::move(kind));
    if (is_new) {
      found->second.first_ms = now_ms;
      found->second.message = swarm::CutAtCharacter(WithoutQuoted(message), limits::kMaxSignature);
    }
  }
  ErrorFigures& figures = found->second;
  ++figures.count;
  figures.total_ns += took_ns;
  figures.most_ns = std::max(figures.most_ns, took_ns);
  figures.last_ms = now_ms;
}

void AddErrors(Database& database, const ErrorKinds& kinds, std::int64_t at_ms) {
  for (const Level& level : kLevels) {
    for (const auto& [kind, figures] : kinds) {
      Add(database, level.seconds, WindowStart(at_ms, level.seconds), kind, figures);
    }
  }
}

}  // namespace skep::metrics
