#include "swarm/finished_tasks.h"

#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// From an index that has all of it. The bound is on what is looked at, and not on what is found, so that the time it
/// takes is bounded.
constexpr Sql kNewest{
    "SELECT id, state, owner, created_ms, ready_ms, claimed_ms, finished_ms, attempts, epoch, stage, "
    "swarm FROM tasks WHERE finished_ms > 0 ORDER BY finished_ms DESC LIMIT ?1"};

}  // namespace

FinishedTasks NewestFinished(Database& database, const Swarm& swarm, std::int64_t owner) {
  FinishedTasks found;
  for (Cursor row = database.Query(kNewest, limits::kReportedTasks + 1); row.Next();) {
    if (found.looked_at == limits::kReportedTasks) {
      found.older = true;
      break;
    }
    ++found.looked_at;
    if (row.Int(10) != swarm.number || (owner != 0 && row.Int(2) != owner)) continue;
    found.tasks.push_back({.number = row.Int(0),
                           .state = ReadEnum<TaskState>(database, row.Text(1)),
                           .owner = row.Int(2),
                           .created_ms = row.Int(3),
                           .ready_ms = row.Int(4),
                           .claimed_ms = row.Int(5),
                           .finished_ms = row.Int(6),
                           .attempts = row.Int(7),
                           .epoch = row.Int(8),
                           .stage = row.Int(9)});
  }
  return found;
}

}  // namespace skep::swarm
