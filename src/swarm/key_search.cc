#include "swarm/key_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/function_ref.h"
#include "swarm/glob.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

// The index by namespace and key has all that these need.
constexpr Sql kKeysFrom{"SELECT id, key FROM memory WHERE namespace = ?1 AND key >= ?2 ORDER BY key"};
constexpr Sql kNamespaceAfter{"SELECT namespace FROM memory WHERE namespace > ?1 ORDER BY namespace LIMIT 1"};

/// Finding a namespace and its first key.
constexpr std::int64_t kNamespaceWork = 20 * limits::kKeyWork;

/// A walk over keys that match a glob, in their order, as far as its work allows.
class KeyWalk {
 public:
  KeyWalk(Database& database, std::string_view glob, std::int64_t now_ms, std::int64_t max_work)
      : database_(database), glob_(glob), now_ms_(now_ms), work_left_(max_work) {}

  /// Calls `visit` for each match in the namespace after `after_key`, until it returns false or the work is done.
  /// Returns whether the walk came to the end of the namespace.
  bool Over(std::string_view name_space, std::string_view after_key, FunctionRef<bool(Summary&)> visit) {
    work_left_ -= kNamespaceWork;
    const std::string_view prefix = glob_.literal_prefix();
    Cursor keys = database_.Query(kKeysFrom, name_space, std::max(prefix, after_key));
    while (keys.Next()) {
      const std::string_view key = keys.Text(1);
      if (!key.starts_with(prefix)) break;
      if (!after_key.empty() && key == after_key) continue;
      std::int64_t steps = limits::kKeyWork;
      if (glob_.Matches(key, steps)) {
        auto summary = SummaryOf(database_, keys.Int(0));
        const bool alive = summary && (summary->expires_ms == 0 || summary->expires_ms > now_ms_);
        if (alive && !visit(*summary)) return false;
        last_key_ = key;
      }
      work_left_ -= steps;
      if (work_left_ <= 0) {
        last_key_ = key;
        return false;
      }
    }
    return true;
  }

  bool work_left() const { return work_left_ > 0; }
  /// After a walk that did not come to the end: the last key that was dealt with, or the last match, whichever
  /// comes later.
  const std::string& last_key() const { return last_key_; }

 private:
  Database& database_;
  Glob glob_;
  std::int64_t now_ms_;
  std::int64_t work_left_;
  std::string last_key_;
};

}  // namespace

Page ListEntries(Database& database, std::string_view name_space, std::string_view glob, std::string_view after_key,
                 std::int64_t limit, std::int64_t now_ms) {
  Page page;
  KeyWalk walk(database, glob.empty() ? "*" : glob, now_ms, limits::kMaxScanWork);
  page.more = !walk.Over(name_space, after_key, [&](Summary& summary) {
    if (std::ssize(page.entries) >= limit) return false;
    page.entries.push_back(std::move(summary));
    return true;
  });
  if (page.more) page.last_key = walk.last_key();
  return page;
}

Expected<Found> SearchKeys(Database& database, std::string_view glob, std::optional<std::string_view> name_space,
                           std::int64_t limit, std::int64_t now_ms, std::int64_t max_work) {
  if (glob.size() > limits::kMaxPattern) {
    return Fail(ErrorCode::kTooLarge,
                fmt::format("a pattern may have {} bytes, this one has {}", limits::kMaxPattern, glob.size()));
  }
  Found found;
  KeyWalk walk(database, glob, now_ms, max_work);
  const auto visit = [&](Summary& summary) {
    if (found.matched == limits::kMaxRanked) return false;
    ++found.matched;
    if (std::ssize(found.entries) < limit) found.entries.push_back(std::move(summary));
    return true;
  };
  if (name_space) {
    found.complete = walk.Over(*name_space, {}, visit);
    return found;
  }
  std::string last;
  while (found.complete) {
    Cursor next = database.Query(kNamespaceAfter, last);
    if (!next.Next()) break;
    std::string current(next.Text(0));
    found.complete = walk.Over(current, {}, visit) && walk.work_left();
    last = std::move(current);
  }
  return found;
}

}  // namespace skep::swarm
