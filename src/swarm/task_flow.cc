#include "swarm/task_flow.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "swarm/agent.h"
#include "swarm/breaker.h"
#include "swarm/message.h"
#include "swarm/routing.h"
#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// How much earlier than it became ready a task counts as ready, in ms, by priority. So the order in a queue is fixed
/// once, and a low one is passed only by those that become ready within an hour after it: it ages, and never starves.
constexpr std::array<std::int64_t, Names(Priority{}).size()> kHeadStartMs = {0, 300'000, 1'200'000, 3'600'000};

constexpr Sql kMakeReady{
    "UPDATE tasks SET state = 'ready', queue = ?2, rank = ?3, ready_ms = ?4, not_before_ms = 0, stage = ?5, "
    "stages = ?6, attempts = ?7 WHERE id = ?1"};
constexpr Sql kDelay{"UPDATE tasks SET state = 'ready', queue = ?2, ready_ms = ?3, not_before_ms = ?4 WHERE id = ?1"};
constexpr Sql kClaim{
    "UPDATE tasks SET state = 'claimed', owner = ?2, epoch = ?3, deadline = ?4, attempts = ?5, claimed_ms = ?6 "
    "WHERE id = ?1"};
constexpr Sql kFinish{"UPDATE tasks SET state = ?2, finished_ms = ?3, not_before_ms = 0 WHERE id = ?1"};
constexpr Sql kSetBlockers{"UPDATE tasks SET blockers = ?2 WHERE id = ?1"};
constexpr Sql kDependants{"SELECT task FROM task_dependencies WHERE needed = ?1 ORDER BY task"};
constexpr Sql kFailedParts{"SELECT 1 FROM tasks WHERE parent = ?1 AND state IN ('failed', 'cancelled') LIMIT 1"};
constexpr Sql kOpenParts{
    "SELECT id FROM tasks WHERE parent = ?1 AND state IN ('blocked', 'ready', 'claimed') ORDER BY id"};

constexpr Sql kBusy{
    "UPDATE agents SET state = 'busy', task = ?2, load = load + 1, seen_ms = ?3, claims = claims + 1 WHERE id = ?1"};
constexpr Sql kCountTimeOut{"UPDATE agents SET timed_out = timed_out + 1 WHERE id = ?1"};
constexpr Sql kCountAbandoned{"UPDATE agents SET abandoned = abandoned + 1 WHERE id = ?1"};
constexpr Sql kRecord{
    "SELECT state, busy_ms, succeeded, failed, breaker_failures, breaker_until_ms, breaker_opened, retiring "
    "FROM agents WHERE id = ?1"};
constexpr Sql kFree{
    "UPDATE agents SET state = ?2, task = 0, load = load - 1, busy_ms = ?3, succeeded = ?4, failed = ?5, "
    "breaker_failures = ?6, breaker_until_ms = ?7, breaker_opened = ?8 WHERE id = ?1"};
constexpr Sql kGoOffline{"UPDATE agents SET state = 'offline' WHERE id = ?1 AND state <> 'offline'"};
constexpr Sql kGivePlaceBack{
    "UPDATE swarms SET alive_agents = alive_agents - 1 WHERE id = (SELECT swarm FROM agents WHERE id = ?1)"};
constexpr Sql kReleaseLeases{"DELETE FROM leases WHERE agent = ?1"};

constexpr Sql kHolding{"SELECT swarm, task, queued, parent FROM agents WHERE id = ?1"};
/// By the index over queues: `requires` is what makes it the better one.
constexpr Sql kAbandoned{"SELECT count(*) FROM task_events WHERE task = ?1 AND event = 'abandoned'"};
constexpr Sql kSetNote{"UPDATE tasks SET note = ?2 WHERE id = ?1"};
constexpr Sql kRequeue{
    "UPDATE tasks SET queue = ?3 WHERE swarm = ?1 AND queue = ?2 AND requires >= '' AND state = 'ready' "
    "AND not_before_ms = 0"};
constexpr Sql kTeamAlive{"SELECT 1 FROM agents WHERE parent = ?1 AND state <> 'offline' LIMIT 1"};
constexpr Sql kOverdue{"SELECT id FROM tasks WHERE state = 'claimed' AND deadline <= ?1 ORDER BY deadline LIMIT ?2"};
constexpr Sql kDue{
    "SELECT id FROM tasks WHERE not_before_ms > 0 AND not_before_ms <= ?1 ORDER BY not_before_ms LIMIT ?2"};
constexpr Sql kReadyTasks{"SELECT id FROM tasks WHERE swarm = ?1 AND state = 'ready' AND id > ?2 ORDER BY id LIMIT ?3"};
constexpr Sql kSetQueue{"UPDATE tasks SET queue = ?2 WHERE id = ?1"};
constexpr Sql kLeadOf{"SELECT parent FROM agents WHERE id = ?1"};

std::vector<std::int64_t> Ids(Cursor row) {
  std::vector<std::int64_t> ids;
  while (row.Next()) ids.push_back(row.Int(0));
  return ids;
}

std::optional<Swarm> SwarmOf(Database& database, const Task& task) {
  auto swarm = FindSwarm(database, FormatId("sw", task.swarm));
  if (!swarm) return std::nullopt;
  return *std::move(swarm);
}

/// The task's owner comes off it.
void Free(Database& database, const Task& task, Outcome outcome, const Moment& now) {
  std::int64_t busy_ms = 0;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  Breaker breaker;
  AgentState state{};
  bool leaves = false;
  {
    Cursor row = database.Query(kRecord, task.owner);
    if (!row.Next()) return;
    state = ReadEnum<AgentState>(database, row.Text(0));
    busy_ms = row.Int(1);
    if (outcome != Outcome::kNeither) busy_ms += std::max<std::int64_t>(now.wall_ms - task.claimed_ms, 0);
    succeeded = row.Int(2) + (outcome == Outcome::kSucceeded ? 1 : 0);
    failed = row.Int(3) + (outcome == Outcome::kFailed ? 1 : 0);
    breaker = {.failures = row.Int(4), .until_ms = row.Int(5), .opened = row.Int(6)};
    // Who was asked to leave leaves with the work done.
    leaves = row.Int(7) != 0 && state != AgentState::kOffline;
  }
  if (outcome == Outcome::kSucceeded) breaker = AfterSuccess(breaker);
  if (outcome == Outcome::kFailed) breaker = AfterFailure(breaker, now.wall_ms);
  if (state != AgentState::kOffline) state = AgentState::kIdle;
  database.Execute(kFree, task.owner, NameOf(state), busy_ms, succeeded, failed, breaker.failures, breaker.until_ms,
                   breaker.opened);
  if (leaves) TakeOffline(database, std::span(&task.owner, 1), now);
}

/// A task that was ready leaves its queue.
void LeaveQueue(Database& database, const Task& task) {
  if (task.state == TaskState::kReady && task.not_before_ms == 0) CountQueued(database, task.queue, -1);
}

/// In a hierarchy a failure goes up to the lead: who is told, and under whom the next attempt is made.
std::int64_t TellLead(Database& database, const Swarm& swarm, const Task& task, std::int64_t now_ms) {
  std::int64_t lead = 0;
  if (Cursor row = database.Query(kLeadOf, task.owner); row.Next()) lead = row.OptInt(0).value_or(0);
  if (lead == 0) return 0;
  const std::string body = fmt::format("{} failed at {} (attempt {} of {}): {}", FormatId("ag", task.owner), task.id(),
                                       task.attempts, task.max_attempts, task.note.value_or("no reason given"));
  PostNotice(database, {.swarm = swarm.number, .sender = task.owner, .recipient = lead},
             {.thread = task.id(), .subject = fmt::format("failed: {}", task.title), .body = body}, now_ms);
  std::int64_t above = 0;
  if (Cursor row = database.Query(kLeadOf, lead); row.Next()) above = row.OptInt(0).value_or(0);
  return above != 0 ? above : lead;
}

/// In a ring a stage stays with its agent while that is there; elsewhere a further attempt is routed as the first.
std::optional<std::int64_t> QueueAgain(Database& database, const Swarm& swarm, const Task& task) {
  if (swarm.wiring() != Topology::kRing || task.stage == 0) return std::nullopt;
  return NextInRing(database, swarm, task.owner - 1, task.required);
}

}  // namespace

std::int64_t BackoffMs(std::int64_t attempts) {
  const std::int64_t doublings = std::clamp<std::int64_t>(attempts - 1, 0, 20);
  return std::min(limits::kBackoffMs << doublings, limits::kMaxBackoffMs);
}

void MakeReady(Database& database, const Swarm& swarm, Task& task, std::int64_t now_ms,
               std::optional<std::int64_t> queue) {
  const bool first = task.ready_ms == 0;
  if (first && swarm.wiring() == Topology::kRing) task.stages = CountStages(database, swarm, task.required);
  task.queue = queue ? *queue : ChooseQueue(database, swarm, task);
  task.state = TaskState::kReady;
  task.ready_ms = now_ms;
  task.not_before_ms = 0;
  const std::int64_t rank = now_ms - kHeadStartMs[static_cast<std::size_t>(task.priority)];
  database.Execute(kMakeReady, task.number, task.queue, rank, now_ms, task.stage, task.stages, task.attempts);
  CountQueued(database, task.queue, 1);
}

void MakeClaimed(Database& database, Task& task, std::int64_t agent, const Moment& now) {
  LeaveQueue(database, task);
  task.state = TaskState::kClaimed;
  task.owner = agent;
  ++task.epoch;
  ++task.attempts;
  task.deadline = now.boot_ms + limits::kClaimMs;
  task.claimed_ms = now.wall_ms;
  database.Execute(kClaim, task.number, agent, task.epoch, task.deadline, task.attempts, now.wall_ms);
  database.Execute(kBusy, agent, task.number, now.wall_ms);
  NoteEvent(database, task, agent, "claimed", std::nullopt, now.wall_ms);
}

void GiveBack(Database& database, const Swarm& swarm, Task& task, Outcome outcome, const Moment& now) {
  Free(database, task, outcome, now);
  if (outcome != Outcome::kFailed) {
    --task.attempts;
    return MakeReady(database, swarm, task, now.wall_ms, QueueAgain(database, swarm, task));
  }
  const bool hierarchical = swarm.wiring() == Topology::kHierarchical;
  task.queue = hierarchical ? TellLead(database, swarm, task, now.wall_ms) : 0;
  task.state = TaskState::kReady;
  task.ready_ms = now.wall_ms;
  task.not_before_ms = now.wall_ms + BackoffMs(task.attempts);
  database.Execute(kDelay, task.number, task.queue, task.ready_ms, task.not_before_ms);
}

bool MakeFinished(Database& database, const Swarm& swarm, Task& task, TaskState end, const Moment& now) {
  if (task.state == TaskState::kClaimed) {
    Free(database, task,
         end == TaskState::kSucceeded ? Outcome::kSucceeded
         : end == TaskState::kFailed  ? Outcome::kFailed
                                      : Outcome::kNeither,
         now);
    if (end == TaskState::kSucceeded && task.stage + 1 < task.stages) {
      ++task.stage;
      task.attempts = 0;
      MakeReady(database, swarm, task, now.wall_ms);
      NoteEvent(database, task, task.owner, "passed on",
                fmt::format("stage {} of {}, to {}", task.stage + 1, task.stages,
                            task.queue == 0 ? std::string("whoever comes") : FormatId("ag", task.queue)),
                now.wall_ms);
      return false;
    }
    if (end == TaskState::kFailed && swarm.wiring() == Topology::kHierarchical) {
      TellLead(database, swarm, task, now.wall_ms);
    }
  }
  // One after the other, not one within the other: a chain of dependants may be long.
  struct Ending {
    std::int64_t number;
    TaskState end;
    std::string because;
  };
  std::vector<Ending> endings = {{task.number, end, {}}};
  for (std::size_t i = 0; i < endings.size(); ++i) {
    const auto [number, state, because] = endings[i];
    std::optional<Task> other = i == 0 ? task : ReadTask(database, number);
    if (!other || IsFinished(other->state)) continue;
    if (i > 0 && other->state == TaskState::kClaimed) Free(database, *other, Outcome::kNeither, now);
    LeaveQueue(database, *other);
    other->state = state;
    other->finished_ms = now.wall_ms;
    other->not_before_ms = 0;
    database.Execute(kFinish, number, NameOf(state), now.wall_ms);
    if (i > 0) {
      NoteEvent(database, *other, 0, NameOf(state),
                because.empty() ? std::nullopt : std::optional<std::string_view>(because), now.wall_ms);
    }
    if (i == 0) task = *other;

    // The parts of a task that was cancelled as a whole.
    if (other->subtasks > 0 && state == TaskState::kCancelled) {
      for (const std::int64_t part : Ids(database.Query(kOpenParts, number))) {
        endings.push_back({part, TaskState::kCancelled, fmt::format("{} was cancelled", other->id())});
      }
    }
    for (const std::int64_t dependant : Ids(database.Query(kDependants, number))) {
      if (state != TaskState::kSucceeded) {
        endings.push_back({dependant, TaskState::kCancelled,
                           fmt::format("{}, which it needs, {}", other->id(),
                                       state == TaskState::kFailed ? "failed" : "was cancelled")});
        continue;
      }
      auto waiting = ReadTask(database, dependant);
      if (!waiting || waiting->state != TaskState::kBlocked) continue;
      --waiting->blockers;
      database.Execute(kSetBlockers, dependant, waiting->blockers);
      if (waiting->blockers == 0) MakeReady(database, swarm, *waiting, now.wall_ms);
    }
    if (!other->parent) continue;
    auto whole = ReadTask(database, *other->parent);
    if (!whole || IsFinished(whole->state)) continue;
    --whole->blockers;
    database.Execute(kSetBlockers, whole->number, whole->blockers);
    if (whole->blockers > 0) continue;
    const bool failed = database.Query(kFailedParts, whole->number).Next();
    endings.push_back({whole->number, failed ? TaskState::kFailed : TaskState::kSucceeded,
                       failed ? "not all of its parts succeeded" : "all of its parts succeeded"});
  }
  return true;
}

void ReleaseAgent(Database& database, std::int64_t agent, const Moment& now) {
  std::int64_t swarm_number = 0;
  std::int64_t working_on = 0;
  std::int64_t queued = 0;
  std::int64_t parent = 0;
  {
    Cursor row = database.Query(kHolding, agent);
    if (!row.Next()) return;
    swarm_number = row.Int(0);
    working_on = row.Int(1);
    queued = row.Int(2);
    parent = row.OptInt(3).value_or(0);
  }
  if (working_on == 0 && queued == 0) return;
  const auto swarm = FindSwarm(database, FormatId("sw", swarm_number));
  if (!swarm) return;
  if (auto task = working_on != 0 ? ReadTask(database, working_on) : std::nullopt) {
    NoteEvent(database, *task, agent, "abandoned", "its agent went offline", now.wall_ms);
    database.Execute(kCountAbandoned, agent);
    std::int64_t times = 0;
    if (Cursor row = database.Query(kAbandoned, working_on); row.Next()) times = row.Int(0);
    if (times < limits::kMaxAbandoned) {
      GiveBack(database, *swarm, *task, Outcome::kNeither, now);
    } else {
      // It may be what ends them.
      task->note = fmt::format("{} agents that worked on it went offline", times);
      database.Execute(kSetNote, working_on, task->note);
      MakeFinished(database, *swarm, *task, TaskState::kFailed, now);
    }
    // It may lie in the queue of the one who leaves.
    if (Cursor row = database.Query(kHolding, agent); row.Next()) queued = row.Int(2);
  }
  if (queued == 0) return;
  std::int64_t heir = 0;
  if (swarm->wiring() == Topology::kHierarchical) {
    // What a lead was given is its team's.
    if (database.Query(kTeamAlive, agent).Next()) return;
    heir = parent;
  } else if (swarm->wiring() == Topology::kRing) {
    heir = NextInRing(database, *swarm, agent, {});
  }
  if (heir == agent) heir = 0;
  const std::int64_t moved = database.Execute(kRequeue, swarm_number, agent, heir);
  CountQueued(database, agent, -moved);
  CountQueued(database, heir, moved);
}

void TakeOffline(Database& database, std::span<const std::int64_t> agents, const Moment& now) {
  // All of them before any gives back its work, or it would be given to the next one that leaves.
  std::vector<std::int64_t> leaving;
  for (const std::int64_t agent : agents) {
    if (database.Execute(kGoOffline, agent) == 0) continue;
    database.Execute(kGivePlaceBack, agent);
    database.Execute(kReleaseLeases, agent);
    leaving.push_back(agent);
  }
  for (const std::int64_t agent : leaving) ReleaseAgent(database, agent, now);
}

bool MoveDueTasks(Database& database, const Moment& now) {
  bool moved = false;
  for (const std::int64_t number : Ids(database.Query(kOverdue, now.boot_ms, limits::kDueSlice))) {
    auto task = ReadTask(database, number);
    const auto swarm = task ? SwarmOf(database, *task) : std::nullopt;
    if (!swarm) continue;
    moved = true;
    NoteEvent(database, *task, task->owner, "timed out", "no word from its agent", now.wall_ms);
    database.Execute(kCountTimeOut, task->owner);
    if (task->attempts < task->max_attempts) {
      GiveBack(database, *swarm, *task, Outcome::kFailed, now);
    } else {
      MakeFinished(database, *swarm, *task, TaskState::kFailed, now);
    }
  }
  for (const std::int64_t number : Ids(database.Query(kDue, now.wall_ms, limits::kDueSlice))) {
    auto task = ReadTask(database, number);
    const auto swarm = task ? SwarmOf(database, *task) : std::nullopt;
    if (!swarm) continue;
    moved = true;
    // A lead was chosen when it failed; else whoever is best now.
    MakeReady(database, *swarm, *task, now.wall_ms,
              task->queue != 0 ? std::optional(task->queue) : QueueAgain(database, *swarm, *task));
  }
  return moved;
}

void RouteAnew(Database& database, const Swarm& swarm) {
  std::int64_t after = 0;
  while (!database.error()) {
    const std::vector<std::int64_t> page = Ids(database.Query(kReadyTasks, swarm.number, after, limits::kMaxPage));
    if (page.empty()) return;
    for (const std::int64_t number : page) {
      auto task = ReadTask(database, number);
      if (!task || task->not_before_ms != 0) continue;
      LeaveQueue(database, *task);
      const std::int64_t queue = ChooseQueue(database, swarm, *task);
      database.Execute(kSetQueue, number, queue);
      CountQueued(database, queue, 1);
    }
    after = page.back();
  }
}

}  // namespace skep::swarm
