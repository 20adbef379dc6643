#include "metrics/claims.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kEvents{"SELECT at_ms, task, agent, event, epoch FROM task_events ORDER BY id DESC LIMIT ?1"};
constexpr Sql kTask{"SELECT title, state, epoch, swarm FROM tasks WHERE id = ?1"};
constexpr Sql kAgent{"SELECT name FROM agents WHERE id = ?1"};

/// Lines of history looked at, some microseconds each with what belongs to them. A claim has two, and its reports.
constexpr std::int64_t kMostEvents = 20'000;

std::optional<ClaimEnd> EndOf(std::string_view event) {
  static constexpr auto kNames = Names(ClaimEnd{});
  const auto found = std::ranges::find(kNames, event);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<ClaimEnd>(found - kNames.begin());
}

class Reader {
 public:
  Reader(Database& database, const std::optional<swarm::Swarm>& swarm, std::int64_t now_ms)
      : database_(database), swarm_(swarm), now_ms_(now_ms) {}

  /// From the newest to the oldest. Returns the claim that the event began, if it is one that is wanted.
  std::optional<Claim> Look(std::int64_t at_ms, std::int64_t task, std::int64_t agent, std::string_view event,
                            std::int64_t epoch) {
    if (const auto end = EndOf(event)) {
      ends_.insert_or_assign(task, End{at_ms, *end});
      return std::nullopt;
    }
    if (event != "claimed") return std::nullopt;
    const auto ended = ends_.extract(task);
    Cursor row = database_.Query(kTask, task);
    if (!row.Next() || (swarm_ && row.Int(3) != swarm_->number)) return std::nullopt;
    Claim claim{.agent = agent, .task = task, .title = std::string(row.Text(0)), .begin_ms = at_ms};
    if (!ended.empty()) {
      claim.end_ms = std::max(at_ms, ended.mapped().at_ms);
      claim.end = ended.mapped().how;
    } else if (row.Text(1) == "claimed" && row.Int(2) == epoch) {
      claim.end_ms = std::max(at_ms, now_ms_);
    } else {
      return std::nullopt;
    }
    claim.agent_name = NameOf(agent);
    return claim;
  }

 private:
  struct End {
    std::int64_t at_ms;
    ClaimEnd how;
  };

  const std::string& NameOf(std::int64_t agent) {
    const auto [place, is_new] = names_.try_emplace(agent);
    if (!is_new) return place->second;
    if (Cursor row = database_.Query(kAgent, agent); row.Next()) place->second = row.Text(0);
    return place->second;
  }

  Database& database_;
  const std::optional<swarm::Swarm>& swarm_;
  const std::int64_t now_ms_;
  std::unordered_map<std::int64_t, End> ends_;  ///< Of claims that are still to come.
  std::unordered_map<std::int64_t, std::string> names_;
};

}  // namespace

Claims ReadClaims(Database& database, const std::optional<swarm::Swarm>& swarm, std::int64_t from_ms,
                  std::int64_t now_ms, std::size_t limit) {
  Claims read;
  Reader reader(database, swarm, now_ms);
  std::int64_t looked_at = 0;
  for (Cursor row = database.Query(kEvents, kMostEvents); row.Next();) {
    // They are written in their order, but for a clock that was set.
    if (row.Int(0) < from_ms) break;
    if (++looked_at == kMostEvents) read.more = true;
    auto claim = reader.Look(row.Int(0), row.Int(1), row.Int(2), row.Text(3), row.Int(4));
    if (!claim) continue;
    if (read.claims.size() == limit) {
      read.more = true;
      break;
    }
    read.claims.push_back(*std::move(claim));
  }
  std::ranges::stable_sort(read.claims, {}, &Claim::begin_ms);
  return read;
}

}  // namespace skep::metrics
