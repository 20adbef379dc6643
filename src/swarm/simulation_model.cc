#include "swarm/simulation_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/id.h"
#include "base/limits.h"
#include "swarm/agent.h"
#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kAgents{"SELECT id, state, task, queued, load FROM agents WHERE swarm = ?1 ORDER BY id"};
constexpr Sql kQueued{
    "SELECT queue, count(*) FROM tasks WHERE swarm = ?1 AND state = 'ready' AND not_before_ms = 0 GROUP BY queue"};
constexpr Sql kOwners{"SELECT owner, id FROM tasks WHERE swarm = ?1 AND state = 'claimed'"};
constexpr Sql kAlive{"SELECT alive_agents FROM swarms WHERE id = ?1"};

}  // namespace

void Model::Violate(std::string text) {
  if (violation_.empty()) violation_ = std::move(text);
}

void Model::Set(Entry& entry, TaskState state) {
  --counts_[static_cast<std::size_t>(entry.state)];
  entry.state = state;
  ++counts_[static_cast<std::size_t>(state)];
}

void Model::Made(const Task& task, std::span<const std::int64_t> needs) {
  if (task.number != made() + 1) return Violate(fmt::format("{} was made after {} tasks", task.id(), made()));
  Entry& entry = tasks_.emplace_back();
  ++counts_[static_cast<std::size_t>(entry.state)];
  entry.parent = task.parent.value_or(0);
  entry.subtasks = task.subtasks;
  entry.blockers = task.subtasks;
  entry.max_attempts = task.max_attempts;
  if (entry.parent != 0) at(entry.parent).parts.push_back(task.number);
  for (const std::int64_t needed : needs) {
    if (at(needed).state == TaskState::kSucceeded) continue;
    entry.needs.push_back(needed);
    ++entry.blockers;
    at(needed).dependants.push_back(task.number);
  }
  if (entry.blockers == 0) Set(entry, TaskState::kReady);
}

std::vector<std::int64_t> Model::Due(const Moment& now) const {
  std::vector<std::int64_t> due;
  for (const auto& [deadline, task] : deadlines_) {
    if (deadline > now.boot_ms || std::ssize(due) == limits::kDueSlice) break;
    due.push_back(task);
  }
  return due;
}

void Model::MoveDue(const Moment& now) {
  for (const std::int64_t task : Due(now)) Failed(task, now);
}

void Model::Claimed(std::int64_t agent, bool resumed, const Task& task, const Moment& now) {
  if (task.number < 1 || task.number > made()) return Violate(fmt::format("{} was claimed, but never made", task.id()));
  Entry& entry = at(task.number);
  const auto held = held_.find(agent);
  if (resumed) {
    if (held == held_.end() || held->second != task.number || entry.epoch != task.epoch) {
      Violate(fmt::format("{} got {} back at epoch {}, which it did not hold", FormatId("ag", agent), task.id(),
                          task.epoch));
    }
    return;
  }
  const auto wrong = [&](std::string_view why) {
    Violate(fmt::format("{} was given {} (epoch {}), which {}", FormatId("ag", agent), task.id(), task.epoch, why));
  };
  if (held != held_.end()) return wrong("is its second: it holds " + TaskId(held->second));
  if (IsFinished(entry.state)) return wrong("has ended");
  if (entry.state == TaskState::kClaimed) return wrong("is " + FormatId("ag", entry.owner) + "'s");
  if (entry.subtasks > 0) return wrong("is done by its parts");
  for (const std::int64_t needed : entry.needs) {
    if (at(needed).state != TaskState::kSucceeded) return wrong("needs " + TaskId(needed) + ", which is not done");
  }
  if (entry.state != TaskState::kReady) return wrong("is not ready");
  if (now.wall_ms < entry.not_before_ms) return wrong("has to wait for its next attempt");
  if (task.epoch <= entry.epoch) return wrong(fmt::format("had epoch {} already", entry.epoch));
  if (task.deadline <= now.boot_ms) return wrong("has no time left");
  Set(entry, TaskState::kClaimed);
  entry.owner = agent;
  entry.epoch = task.epoch;
  entry.deadline = task.deadline;
  entry.stages = task.stages;
  ++entry.attempts;
  held_[agent] = task.number;
  deadlines_.insert({entry.deadline, task.number});
}

void Model::NotClaimed(std::int64_t agent) {
  const auto held = held_.find(agent);
  if (held == held_.end()) return;
  Violate(fmt::format("{} holds {}, but did not get it again", FormatId("ag", agent), TaskId(held->second)));
}

bool Model::Accepts(std::int64_t agent, std::int64_t task, std::int64_t epoch, const Moment& now) const {
  const Entry& entry = at(task);
  if (entry.state != TaskState::kClaimed || entry.owner != agent || entry.epoch != epoch) return false;
  const std::vector<std::int64_t> due = Due(now);
  return std::ranges::find(due, task) == due.end();
}

void Model::Free(std::int64_t number) {
  Entry& entry = at(number);
  deadlines_.erase({entry.deadline, number});
  held_.erase(entry.owner);
}

void Model::Succeeded(std::int64_t number) {
  Entry& entry = at(number);
  if (entry.stage + 1 >= entry.stages) return End(number, TaskState::kSucceeded);
  Free(number);
  ++entry.stage;
  entry.attempts = 0;
  Set(entry, TaskState::kReady);
}

void Model::Failed(std::int64_t number, const Moment& now) {
  Entry& entry = at(number);
  if (entry.attempts >= entry.max_attempts) return End(number, TaskState::kFailed);
  Free(number);
  entry.not_before_ms = now.wall_ms + limits::kBackoffMs;
  Set(entry, TaskState::kReady);
}

void Model::Progressed(std::int64_t number, const Moment& now) {
  Entry& entry = at(number);
  deadlines_.erase({entry.deadline, number});
  entry.deadline = now.boot_ms + limits::kClaimMs;
  deadlines_.insert({entry.deadline, number});
}

void Model::Cancelled(std::int64_t number) { End(number, TaskState::kCancelled); }

void Model::Left(std::int64_t agent) {
  const auto held = held_.find(agent);
  if (held == held_.end()) return;
  Entry& entry = at(held->second);
  --entry.attempts;
  Free(held->second);
  Set(entry, TaskState::kReady);
}

void Model::End(std::int64_t first, TaskState with) {
  std::vector<std::pair<std::int64_t, TaskState>> endings = {{first, with}};
  for (std::size_t i = 0; i < endings.size(); ++i) {
    const auto [number, end] = endings[i];
    Entry& entry = at(number);
    if (IsFinished(entry.state)) continue;
    if (entry.state == TaskState::kClaimed) Free(number);
    Set(entry, end);
    if (end == TaskState::kCancelled) {
      for (const std::int64_t part : entry.parts) endings.emplace_back(part, end);
    }
    for (const std::int64_t dependant : entry.dependants) {
      Entry& other = at(dependant);
      if (end != TaskState::kSucceeded) {
        endings.emplace_back(dependant, TaskState::kCancelled);
      } else if (--other.blockers == 0 && other.state == TaskState::kBlocked) {
        Set(other, TaskState::kReady);
      }
    }
    if (entry.parent == 0) continue;
    Entry& whole = at(entry.parent);
    if (--whole.blockers > 0 || IsFinished(whole.state)) continue;
    const bool good =
        std::ranges::all_of(whole.parts, [&](std::int64_t part) { return at(part).state == TaskState::kSucceeded; });
    endings.emplace_back(entry.parent, good ? TaskState::kSucceeded : TaskState::kFailed);
  }
}

void Model::Stuck(Database& database) {
  std::string text = fmt::format("{} tasks have not ended, and nothing happens any more", unfinished());
  for (std::int64_t number = 1; number <= made(); ++number) {
    const TaskState state = at(number).state;
    const auto task =
        state == TaskState::kReady || state == TaskState::kClaimed ? ReadTask(database, number) : std::nullopt;
    if (!task) continue;
    text += fmt::format(": {} is {}, takes \"{}\", lies in {}", task->id(), NameOf(state), task->required,
                        FormatId("ag", task->queue));
    break;
  }
  Violate(std::move(text));
}

std::string Model::Result(std::int64_t task, std::int64_t agent, std::int64_t epoch) {
  return fmt::format("{} by {} at {}", task, agent, epoch);
}

void Model::CheckTask(Database& database, std::int64_t number) {
  const auto task = ReadTask(database, number);
  if (!task) return Violate(fmt::format("{} is gone", TaskId(number)));
  const Entry& entry = at(number);
  if (task->state == entry.state && task->owner == entry.owner && task->epoch == entry.epoch &&
      task->stage == entry.stage && task->attempts == entry.attempts) {
    return;
  }
  Violate(fmt::format(
      "{} is {}, {}'s, epoch {}, stage {}, attempt {}; it should be {}, {}'s, epoch {}, stage {}, attempt {}",
      task->id(), NameOf(task->state), FormatId("ag", task->owner), task->epoch, task->stage, task->attempts,
      NameOf(entry.state), FormatId("ag", entry.owner), entry.epoch, entry.stage, entry.attempts));
}

void Model::CheckCounts(Database& database, const Swarm& swarm) {
  const auto counts = CountTasks(database, swarm);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == counts_[i]) continue;
    Violate(fmt::format("{} tasks are {}, there should be {}", counts[i], Names(TaskState{})[i], counts_[i]));
  }
  std::unordered_map<std::int64_t, std::int64_t> queued;
  for (Cursor row = database.Query(kQueued, swarm.number); row.Next();) queued[row.Int(0)] = row.Int(1);
  std::unordered_map<std::int64_t, std::int64_t> owned;
  for (Cursor row = database.Query(kOwners, swarm.number); row.Next();) {
    if (owned.contains(row.Int(0))) Violate(fmt::format("{} owns two tasks", FormatId("ag", row.Int(0))));
    owned[row.Int(0)] = row.Int(1);
  }
  const auto value = [](const auto& map, std::int64_t key) {
    const auto found = map.find(key);
    return found == map.end() ? 0 : found->second;
  };
  std::int64_t alive = 0;
  for (Cursor row = database.Query(kAgents, swarm.number); row.Next();) {
    const std::int64_t agent = row.Int(0);
    const auto state = ReadEnum<AgentState>(database, row.Text(1));
    const std::int64_t task = row.Int(2);
    if (state != AgentState::kOffline) ++alive;
    if (task != value(held_, agent) || task != value(owned, agent)) {
      Violate(fmt::format("{} works on {}, should on {}; it owns {}", FormatId("ag", agent), TaskId(task),
                          TaskId(value(held_, agent)), TaskId(value(owned, agent))));
    }
    if ((state == AgentState::kBusy) != (task != 0)) {
      Violate(fmt::format("{} is {} with {}", FormatId("ag", agent), NameOf(state), TaskId(task)));
    }
    const std::int64_t lies = value(queued, agent);
    const std::int64_t load = lies + (task != 0 ? 1 : 0);
    if (row.Int(3) != lies || row.Int(4) != load) {
      Violate(fmt::format("{} has queued {} and load {}, should have {} and {}", FormatId("ag", agent), row.Int(3),
                          row.Int(4), lies, load));
    }
  }
  Cursor row = database.Query(kAlive, swarm.number);
  if (row.Next() && row.Int(0) != alive) Violate(fmt::format("{} agents are alive, {} are counted", alive, row.Int(0)));
}

void Model::CheckEnd(Database& database) {
  for (std::int64_t number = 1; number <= made(); ++number) {
    CheckTask(database, number);
    const Entry& entry = at(number);
    if (!IsFinished(entry.state)) Violate(fmt::format("{} has not ended", TaskId(number)));
    if (entry.state != TaskState::kSucceeded || entry.subtasks > 0) continue;
    const auto result = TaskResult(database, number);
    if (result == Result(number, entry.owner, entry.epoch)) continue;
    Violate(fmt::format("{}'s result was lost: it is \"{}\"", TaskId(number), result.value_or("nothing")));
  }
}

}  // namespace skep::swarm
