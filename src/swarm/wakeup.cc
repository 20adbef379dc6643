#include "swarm/wakeup.h"

#include <algorithm>
#include <iterator>

#include "swarm/stored_enum.h"
#include "swarm/task.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kActive{"SELECT 1 FROM swarms WHERE id = ?1 AND status = 'active'"};
constexpr Sql kReady{
    "SELECT id FROM tasks WHERE swarm = ?1 AND requires >= '' AND state = 'ready' AND not_before_ms = 0 LIMIT ?2"};
// The sign keeps the planner from walking all the swarm's tasks instead of the few that are due.
constexpr Sql kDue{"SELECT id FROM tasks WHERE not_before_ms > 0 AND not_before_ms <= ?2 AND +swarm = ?1 LIMIT ?3"};
constexpr Sql kOverdue{"SELECT id FROM tasks WHERE state = 'claimed' AND deadline <= ?2 AND +swarm = ?1 LIMIT ?3"};
constexpr Sql kStateOf{"SELECT state FROM tasks WHERE id = ?1"};
constexpr Sql kNewestMessage{"SELECT coalesce(max(id), 0) FROM messages"};
constexpr Sql kNewMessages{"SELECT recipient, max(id) FROM messages WHERE id > ?1 GROUP BY +recipient"};
constexpr Sql kLiveLeases{"SELECT id, mode FROM leases WHERE deadline > ?1"};

}  // namespace

WaitMark MarkOf(Database& database, const Wait& wait, const Moment& now) {
  WaitMark mark;
  if (wait.what == Wait::For::kMessage) {
    Cursor row = database.Query(kNewestMessage);
    if (row.Next()) mark.newest = row.Int(0);
  } else if (wait.what == Wait::For::kLease) {
    const auto [all, exclusive] = FindLiveLeases(database, now);
    mark = {.newest = all.empty() ? 0 : all.back(), .leases = std::ssize(all), .exclusive = std::ssize(exclusive)};
  }
  return mark;
}

ReadyTasks FindReadyTasks(Database& database, std::int64_t swarm, std::int64_t at_most, const Moment& now) {
  // Who waits in a swarm that is no more hears of it when run again.
  if (!database.Query(kActive, swarm).Next()) return {.count = at_most, .sum = -1};
  ReadyTasks found;
  const auto add = [&](Cursor rows) {
    while (rows.Next()) {
      ++found.count;
      found.sum += rows.Int(0);
    }
  };
  add(database.Query(kReady, swarm, at_most));
  add(database.Query(kDue, swarm, now.wall_ms, at_most));
  add(database.Query(kOverdue, swarm, now.boot_ms, at_most));
  found.count = std::min(found.count, at_most);
  return found;
}

bool HasEnded(Database& database, std::int64_t task) {
  Cursor row = database.Query(kStateOf, task);
  return !row.Next() || IsFinished(ReadEnum<TaskState>(database, row.Text(0)));
}

std::vector<NewMessage> FindNewMessages(Database& database, std::int64_t after) {
  std::vector<NewMessage> found;
  for (Cursor row = database.Query(kNewMessages, after); row.Next();) found.push_back({row.Int(0), row.Int(1)});
  return found;
}

LiveLeases FindLiveLeases(Database& database, const Moment& now) {
  LiveLeases live;
  for (Cursor row = database.Query(kLiveLeases, now.boot_ms); row.Next();) {
    live.all.push_back(row.Int(0));
    if (row.Text(1) == "exclusive") live.exclusive.push_back(row.Int(0));
  }
  std::ranges::sort(live.all);
  std::ranges::sort(live.exclusive);
  return live;
}

bool LostLease(const LiveLeases& live, const WaitMark& mark) {
  // Rows rise: those up to the newest one of then are what is left of them.
  const auto left = [&](const std::vector<std::int64_t>& rows) {
    return std::ranges::upper_bound(rows, mark.newest) - rows.begin();
  };
  return left(live.all) < mark.leases || left(live.exclusive) < mark.exclusive;
}

}  // namespace skep::swarm
