#include <fmt/format.h>

#include <algorithm>

#include "swarm/session.h"
#include "swarm/simulation_random.h"
#include "swarm/simulation_run.h"

namespace skep::swarm {

bool Simulation::Lost(const Worker& worker, std::uint64_t call) {
  return Random{options_.seed, 3, call, static_cast<std::uint64_t>(worker.task),
                static_cast<std::uint64_t>(worker.epoch)}
      .Chance(options_.lost_rate);
}

void Simulation::AskAgain(const Worker& worker) {
  Call();
  const auto again = MakeClaim(worker);
  model_.MoveDue(Now());
  if (!again || !again->task || !again->resumed) {
    return model_.Violate(fmt::format("{} did not get {} again", worker.id, TaskId(worker.task)));
  }
  model_.Claimed(worker.number, true, *again->task, Now());
}

void Simulation::Cancel(std::int64_t task) {
  const bool ended = IsFinished(model_.state(task));
  const bool due = model_.AnyDue(Now());
  Call();
  store_.Mark();
  const auto updated = UpdateTask(database_, {.task = task, .report = Report::kCancelled}, Now());
  updated ? store_.Keep() : store_.Undo();
  Log(What::kCancel, 0, task, updated ? 1 : 0);
  if (updated ? ended : !ended && !due) {
    return model_.Violate(fmt::format("{}, which {}, was {}", TaskId(task), ended ? "has ended" : "has not ended",
                                      updated ? "cancelled" : "not: " + updated.error().message));
  }
  if (!updated) return;
  model_.MoveDue(Now());
  model_.Cancelled(task);
  model_.CheckTask(database_, task);
  moved_us_ = now_us_;
}

void Simulation::Crash(std::size_t session) {
  Call();
  CloseSession(database_, sessions_[session], Now());
  sessions_[session] = 0;
  ++result_.crashes;
  for (std::size_t i = session * kPerSession; i < std::min((session + 1) * kPerSession, workers_.size()); ++i) {
    Worker& worker = workers_[i];
    if (!worker.alive) continue;
    Log(What::kCrash, worker.number, worker.task, worker.epoch);
    model_.Left(worker.number);
    ++result_.agents[i].crashes;
    ++worker.generation;
    worker.alive = false;
    Random random{options_.seed, 7, i, static_cast<std::uint64_t>(worker.generation)};
    // What it had sent before arrives after its end.
    if (worker.task != 0) {
      Push(now_us_ + random.Below(kAwayUs),
           {.what = What::kGhost, .worker = i, .task = worker.task, .epoch = worker.epoch});
    }
    if (worker.returns) Push(now_us_ + random.Below(kAwayUs), {.what = What::kReturn, .worker = i});
    worker.task = 0;
    LeaveFile(i);
  }
  moved_us_ = now_us_;
  Wake(static_cast<std::int64_t>(kPerSession));
}

}  // namespace skep::swarm
