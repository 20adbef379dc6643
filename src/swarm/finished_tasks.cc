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
    "SELECT id, state, owner, created_ms, ready_ms, claimed_ms, finished_ms, attempts, epoch, stage, input_tokens, "
    "output_tokens, cost_usd, swarm FROM tasks WHERE finished_ms > 0 ORDER BY finished_ms DESC LIMIT ?1"};

}  // namespace

FinishedTasks NewestFinished(Database& database, const Swarm& swarm, std::int64_t owner) {
  FinishedTasks found;
  for (Cursor row = database.Query(kNewest, limits::kReportedTasks + 1); row.Next();) {
    if (found.looked_at == limits::kReportedTasks) {
      found.older = true;
      break;
    }
    ++found.looked_at;
    if (row.Int(13) != swarm.number || (owner != 0 && row.Int(2) != owner)) continue;
    FinishedTask& task = found.tasks.emplace_back();
    task = {.number = row.Int(0),
            .state = ReadEnum<TaskState>(database, row.Text(1)),
            .owner = row.Int(2),
            .created_ms = row.Int(3),
            .ready_ms = row.Int(4),
            .claimed_ms = row.Int(5),
            .finished_ms = row.Int(6),
            .attempts = row.Int(7),
            .epoch = row.Int(8),
            .stage = row.Int(9),
            .usage = {.input_tokens = row.OptInt(10), .output_tokens = row.OptInt(11), .cost_usd = {}}};
    if (!row.IsNull(12)) task.usage.cost_usd = row.Real(12);
  }
  return found;
}

}  // namespace skep::swarm
