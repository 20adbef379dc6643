#include "swarm/attempts.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kEvents{
    "SELECT at_ms, task, agent, event, epoch FROM (SELECT id, at_ms, task, agent, event, epoch FROM task_events "
    "ORDER BY id DESC LIMIT ?1) WHERE agent > 0 AND (?2 = 0 OR agent = ?2) ORDER BY id DESC"};
/// Where the history begins that is looked at.
constexpr Sql kSince{"SELECT at_ms FROM task_events ORDER BY id DESC LIMIT 1 OFFSET ?1"};
constexpr Sql kTask{"SELECT state, epoch FROM tasks WHERE id = ?1"};

std::optional<AttemptEnd> EndOf(std::string_view event) {
  static constexpr std::array<std::pair<std::string_view, AttemptEnd>, 5> kEnds = {{
      {"succeeded", AttemptEnd::kSucceeded},
      {"failed", AttemptEnd::kFailed},
      {"timed out", AttemptEnd::kTimedOut},
      {"released", AttemptEnd::kReleased},
      {"abandoned", AttemptEnd::kAbandoned},
  }};
  const auto found = std::ranges::find(kEnds, event, &std::pair<std::string_view, AttemptEnd>::first);
  return found == kEnds.end() ? std::nullopt : std::optional(found->second);
}

struct End {
  std::int64_t at_ms = 0;
  std::int64_t epoch = 0;
  AttemptEnd how = AttemptEnd::kOpen;
};

/// What the task's row says of a claim: whether it goes on, and whether there was more to do when it had ended.
void ReadRow(Database& database, std::int64_t epoch, Attempt& attempt) {
  Cursor row = database.Query(kTask, attempt.task);
  if (!row.Next()) return;
  const bool last = row.Int(1) == epoch;
  if (attempt.end == AttemptEnd::kOpen) {
    if (!last || row.Text(0) != "claimed") attempt.end = AttemptEnd::kCancelled;
  } else {
    attempt.again = !last || row.Text(0) != "failed";
  }
}

}  // namespace

Attempts ReadAttempts(Database& database, std::int64_t agent) {
  Attempts read;
  if (Cursor row = database.Query(kSince, kAttemptEvents); row.Next()) read.since_ms = row.Int(0);
  // The end of each task's next claim, seen from the newest to the oldest.
  std::unordered_map<std::int64_t, End> ends;
  for (Cursor row = database.Query(kEvents, kAttemptEvents, agent); row.Next();) {
    const std::int64_t at_ms = row.Int(0);
    const std::int64_t task = row.Int(1);
    const std::int64_t epoch = row.Int(4);
    if (const auto end = EndOf(row.Text(3))) {
      ends.insert_or_assign(task, End{.at_ms = at_ms, .epoch = epoch, .how = *end});
      continue;
    }
    if (row.Text(3) != "claimed") continue;
    Attempt& attempt =
        read.attempts.emplace_back(Attempt{.agent = row.Int(2), .task = task, .begin_ms = at_ms, .end_ms = at_ms});
    if (const auto end = ends.find(task); end != ends.end() && end->second.epoch == epoch) {
      attempt.end = end->second.how;
      attempt.end_ms = std::max(at_ms, end->second.at_ms);
    }
    if (attempt.end != AttemptEnd::kSucceeded) ReadRow(database, epoch, attempt);
  }
  std::ranges::reverse(read.attempts);
  return read;
}

}  // namespace skep::swarm
