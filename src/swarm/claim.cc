#include "swarm/claim.h"

#include <fmt/format.h>

#include <utility>

#include "base/id.h"
#include "base/time_text.h"
#include "swarm/breaker.h"
#include "swarm/routing.h"
#include "swarm/stored_enum.h"
#include "swarm/task_flow.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kAnyReady{
    "SELECT requires, queue FROM tasks WHERE swarm = ?1 AND state = 'ready' AND not_before_ms = 0 "
    "ORDER BY requires, rank LIMIT 1"};
constexpr Sql kAnyOf{"SELECT 1 FROM tasks WHERE swarm = ?1 AND state = ?2 LIMIT 1"};
constexpr Sql kNextAttempt{
    "SELECT not_before_ms FROM tasks WHERE not_before_ms > 0 AND +swarm = ?1 ORDER BY not_before_ms LIMIT 1"};

/// Why there was nothing for an agent, and what it can do.
std::string NothingFor(Database& database, const Swarm& swarm, const Agent& agent, const Moment& now) {
  {
    Cursor ready = database.Query(kAnyReady, swarm.number);
    if (ready.Next()) {
      const std::string_view required = ready.Text(0);
      std::string text = fmt::format("tasks are ready in {}, but none that {} may have ({} topology", swarm.id(),
                                     agent.id(), NameOf(swarm.wiring()));
      if (!required.empty()) text += fmt::format("; one takes the capability \"{}\"", required);
      return text + "): claim again with wait";
    }
  }
  if (Cursor delayed = database.Query(kNextAttempt, swarm.number); delayed.Next() && delayed.Int(0) > 0) {
    return fmt::format("nothing is ready; a failed task is tried again in {:.0f} s: claim again with wait",
                       static_cast<double>(delayed.Int(0) - now.wall_ms) / 1000 + 0.5);
  }
  if (database.Query(kAnyOf, swarm.number, "claimed").Next()) {
    return "nothing is ready: others are at work, and may make more ready; claim again with wait";
  }
  if (database.Query(kAnyOf, swarm.number, "blocked").Next()) {
    return "nothing is ready: what is left is blocked; see task_status with state=blocked";
  }
  return "there is no unfinished task: make some with task_orchestrate, or claim again with wait";
}

}  // namespace

Expected<Claim> ClaimTask(Database& database, const Swarm& swarm, const Agent& given,
                          std::optional<std::int64_t> wanted, const Moment& now) {
  Agent agent = given;
  if (MoveDueTasks(database, now)) {
    // It may be this one whose time is over.
    auto anew = FindAgent(database, swarm, given.id());
    if (!anew) return std::unexpected(std::move(anew.error()));
    agent = *std::move(anew);
  }
  Claim claim;
  if (swarm.status == SwarmStatus::kDestroyed) {
    return Fail(ErrorCode::kConflict, fmt::format("swarm {} was destroyed: there is no more work in it", swarm.id()));
  }
  // Read anew: its time may just have run out.
  std::optional<Task> held = agent.task != 0 ? ReadTask(database, agent.task) : std::nullopt;
  if (held && held->state == TaskState::kClaimed && held->owner == agent.number) {
    if (wanted && *wanted != held->number) {
      return Fail(ErrorCode::kConflict,
                  fmt::format("{} works on {} (epoch {}): finish it, or give it back with task_update state=released",
                              agent.id(), held->id(), held->epoch));
    }
    claim.task = std::move(held);
    claim.resumed = true;
    return claim;
  }
  if (agent.retiring) {
    return Fail(ErrorCode::kConflict,
                fmt::format("{} is retiring (swarm_scale), so it gets no more work: agent_spawn registers another",
                            agent.id()));
  }
  const Breaker& breaker = agent.breaker;
  if (breaker.state(now.wall_ms) == BreakerState::kOpen) {
    claim.why_not =
        fmt::format("{} failed {} tasks in a row and gets no work for another {} s; then one task as a trial",
                    agent.id(), breaker.failures, (breaker.until_ms - now.wall_ms + 999) / 1000);
    return claim;
  }

  std::int64_t number = 0;
  if (wanted) {
    const auto task = ReadTask(database, *wanted);
    if (!task || task->swarm != swarm.number) {
      return Fail(ErrorCode::kNotFound, fmt::format("swarm {} has no task {}", swarm.id(), TaskId(*wanted)));
    }
    if (task->state != TaskState::kReady || task->not_before_ms != 0) {
      std::string state(NameOf(task->state));
      if (task->state == TaskState::kClaimed) state += fmt::format(" by {}", FormatId("ag", task->owner));
      if (task->state == TaskState::kReady) state = "waiting for its next attempt";
      if (task->subtasks > 0) state += ", and done by its subtasks";
      claim.why_not = fmt::format("{} is {}: claim without taskId to get other work", task->id(), state);
      claim.may_change = !IsFinished(task->state) && task->subtasks == 0;
      return claim;
    }
    if (auto why = WhyNot(database, swarm, agent, *task)) {
      return Fail(ErrorCode::kConflict, fmt::format("{} is not for {}: {}", task->id(), agent.id(), *why));
    }
    number = task->number;
  } else {
    const auto best = BestCandidate(database, swarm, agent);
    if (!best) {
      if (!database.error()) claim.why_not = NothingFor(database, swarm, agent, now);
      if (database.error()) return std::unexpected(*database.error());
      return claim;
    }
    number = best->task;
  }
  claim.task = ReadTask(database, number);
  if (claim.task) MakeClaimed(database, *claim.task, agent.number, now);
  if (database.error()) return std::unexpected(*database.error());
  return claim;
}

}  // namespace skep::swarm
