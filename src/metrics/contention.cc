#include "metrics/contention.h"

#include <algorithm>
#include <tuple>

#include "base/limits.h"
#include "metrics/windows.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kAdd{
    "UPDATE lease_contention SET waits = waits + ?4, denials = denials + ?5, waited_ms = waited_ms + ?6 "
    "WHERE seconds = ?1 AND start_ms = ?2 AND path = ?3"};
constexpr Sql kInsert{
    "INSERT INTO lease_contention (seconds, start_ms, path, waits, denials, waited_ms) VALUES (?1, ?2, ?3, ?4, ?5, "
    "?6)"};
constexpr Sql kPaths{"SELECT count(*) FROM lease_contention WHERE seconds = ?1 AND start_ms = ?2"};
constexpr Sql kRead{
    "SELECT path, sum(waits), sum(denials), sum(waited_ms) FROM lease_contention "
    "WHERE seconds = ?1 AND start_ms >= ?2 AND start_ms < ?3 GROUP BY path"};

/// How many paths may be told apart; the rest are one more.
constexpr std::size_t kToldApart = limits::kMaxContendedPaths - 1;

void Add(Database& database, std::int64_t seconds, std::int64_t start_ms, std::string_view path,
         const Contention::Path& figures) {
  const auto add = [&](std::string_view to) {
    return database.Execute(kAdd, seconds, start_ms, to, figures.waits, figures.denials, figures.waited_ms) != 0;
  };
  if (add(path)) return;
  std::int64_t paths = 0;
  if (Cursor row = database.Query(kPaths, seconds, start_ms); row.Next()) paths = row.Int(0);
  const bool full = paths >= static_cast<std::int64_t>(kToldApart);
  const std::string_view to = full ? Contention::kOthers : path;
  if (full && add(to)) return;
  database.Execute(kInsert, seconds, start_ms, to, figures.waits, figures.denials, figures.waited_ms);
}

}  // namespace

void Contention::Note(std::string_view path, std::int64_t waited_ms, bool denied) {
  auto found = paths_.find(std::string(path));
  if (found == paths_.end()) {
    const bool full = paths_.size() >= kToldApart;
    found = paths_.try_emplace(std::string(full ? kOthers : path)).first;
  }
  Path& figures = found->second;
  if (waited_ms > 0) ++figures.waits;
  if (denied) ++figures.denials;
  figures.waited_ms += waited_ms;
}

void AddContention(Database& database, const std::unordered_map<std::string, Contention::Path>& paths,
                   std::int64_t at_ms) {
  for (const Level& level : kLevels) {
    for (const auto& [path, figures] : paths) {
      Add(database, level.seconds, WindowStart(at_ms, level.seconds), path, figures);
    }
  }
}

std::vector<ContendedPath> ReadContention(Database& database, std::int64_t from_ms, std::int64_t to_ms,
                                          std::int64_t now_ms, std::int64_t limit) {
  std::unordered_map<std::string, Contention::Path> paths;
  for (const Span& span : CutPeriod(from_ms, to_ms, now_ms)) {
    for (Cursor row = database.Query(kRead, span.seconds, span.from_ms, span.to_ms); row.Next();) {
      Contention::Path& path = paths[std::string(row.Text(0))];
      path.waits += row.Int(1);
      path.denials += row.Int(2);
      path.waited_ms += row.Int(3);
    }
  }
  std::vector<ContendedPath> all;
  for (const auto& [path, figures] : paths) all.push_back({path, figures});
  std::ranges::sort(all, [](const ContendedPath& a, const ContendedPath& b) {
    return std::tuple(-a.figures.waited_ms, -a.figures.denials, std::string_view(a.path)) <
           std::tuple(-b.figures.waited_ms, -b.figures.denials, std::string_view(b.path));
  });
  if (std::ssize(all) > limit) all.resize(static_cast<std::size_t>(limit));
  return all;
}

}  // namespace skep::metrics
