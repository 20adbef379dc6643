#include "metrics/task_figures.h"

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/id.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kAll{
    "SELECT finished_ms, swarm, state, owner, requires, created_ms, ready_ms, claimed_ms, attempts FROM tasks "
    "WHERE finished_ms > 0 AND finished_ms >= ?1 AND finished_ms < ?2 ORDER BY finished_ms DESC LIMIT ?3"};
constexpr Sql kOfSwarm{
    "SELECT finished_ms, swarm, state, owner, requires, created_ms, ready_ms, claimed_ms, attempts FROM tasks "
    "WHERE finished_ms > 0 AND finished_ms >= ?1 AND finished_ms < ?2 AND swarm = ?4 "
    "ORDER BY finished_ms DESC LIMIT ?3"};
constexpr Sql kTypeOf{"SELECT type FROM agents WHERE id = ?1"};
constexpr Sql kTopologyOf{"SELECT CASE topology WHEN 'adaptive' THEN mode ELSE topology END FROM swarms WHERE id = ?1"};

std::uint64_t Between(std::int64_t from_ms, std::int64_t to_ms) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(to_ms - from_ms, 0));
}

/// Times at which a group's tasks were worked on.
using Intervals = std::vector<std::pair<std::int64_t, std::int64_t>>;

struct Gathered {
  TaskFigures figures;
  Intervals worked;
};

/// One task's row.
struct Ended {
  std::string_view state;
  std::int64_t finished_ms = 0;
  std::int64_t owner = 0;
  std::int64_t created_ms = 0;
  std::int64_t ready_ms = 0;
  std::int64_t claimed_ms = 0;
  std::int64_t attempts = 0;
};

void Add(const Ended& task, Gathered& to) {
  TaskFigures& figures = to.figures;
  if (task.state == "cancelled") {
    ++figures.cancelled;
    return;
  }
  const bool succeeded = task.state == "succeeded";
  ++(succeeded ? figures.succeeded : figures.failed);
  if (succeeded) figures.lead.Add(Between(task.created_ms, task.finished_ms));
  // One that is made of parts is nobody's work.
  if (task.owner == 0 || task.claimed_ms == 0) return;
  if (task.attempts > 1) ++figures.retried;
  figures.queue.Add(Between(task.ready_ms, task.claimed_ms));
  figures.work.Add(Between(task.claimed_ms, task.finished_ms));
  to.worked.emplace_back(task.claimed_ms, std::max(task.claimed_ms, task.finished_ms));
}

TaskFigures Finish(Gathered& gathered) {
  TaskFigures& figures = gathered.figures;
  if (gathered.worked.empty()) return std::move(figures);
  std::ranges::sort(gathered.worked);
  const std::int64_t first = gathered.worked.front().first;
  std::int64_t until = first;
  for (const auto& [begin, end] : gathered.worked) {
    figures.busy_ms += std::max<std::int64_t>(end - std::max(begin, until), 0);
    until = std::max(until, end);
  }
  figures.span_ms = until - first;
  return std::move(figures);
}

std::vector<TaskGroup> Groups(std::map<std::string, Gathered>& gathered) {
  std::vector<TaskGroup> groups;
  for (auto& [name, one] : gathered) groups.push_back({name, Finish(one)});
  std::ranges::stable_sort(groups, std::greater(), [](const TaskGroup& group) { return group.figures.work.total(); });
  return groups;
}

}  // namespace

std::optional<double> TaskFigures::success_rate() const {
  if (succeeded + failed == 0) return std::nullopt;
  return static_cast<double>(succeeded) / static_cast<double>(succeeded + failed);
}

std::optional<double> TaskFigures::speed_up() const {
  if (busy_ms == 0) return std::nullopt;
  return static_cast<double>(work.total()) / static_cast<double>(busy_ms);
}

TaskReport ReportTasks(Database& database, const std::optional<swarm::Swarm>& swarm, std::int64_t from_ms,
                       std::int64_t to_ms, std::int64_t limit) {
  TaskReport report;
  Gathered all;
  std::unordered_map<std::int64_t, Gathered> by_agent;
  std::unordered_map<std::int64_t, Gathered> by_swarm;
  std::map<std::string, Gathered> capabilities;
  {
    Cursor row = swarm ? database.Query(kOfSwarm, from_ms, to_ms, limit + 1, swarm->number)
                       : database.Query(kAll, from_ms, to_ms, limit + 1);
    while (row.Next()) {
      const Ended task{.state = row.Text(2),
                       .finished_ms = row.Int(0),
                       .owner = row.Int(3),
                       .created_ms = row.Int(5),
                       .ready_ms = row.Int(6),
                       .claimed_ms = row.Int(7),
                       .attempts = row.Int(8)};
      if (report.looked_at == limit) {
        report.since_ms = task.finished_ms;
        break;
      }
      ++report.looked_at;
      Add(task, all);
      Add(task, by_swarm[row.Int(1)]);
      if (task.owner == 0) continue;
      Add(task, by_agent[task.owner]);
      Add(task, capabilities[std::string(row.Text(4))]);
    }
  }
  std::map<std::string, Gathered> agents;
  std::map<std::string, Gathered> types;
  std::map<std::string, Gathered> topologies;
  const auto merge = [](const Gathered& from, Gathered& to) {
    to.figures.succeeded += from.figures.succeeded;
    to.figures.failed += from.figures.failed;
    to.figures.cancelled += from.figures.cancelled;
    to.figures.retried += from.figures.retried;
    to.figures.lead.Merge(from.figures.lead);
    to.figures.queue.Merge(from.figures.queue);
    to.figures.work.Merge(from.figures.work);
    to.worked.insert(to.worked.end(), from.worked.begin(), from.worked.end());
  };
  for (auto& [agent, gathered] : by_agent) {
    if (Cursor row = database.Query(kTypeOf, agent); row.Next()) merge(gathered, types[std::string(row.Text(0))]);
    agents[FormatId("ag", agent)] = std::move(gathered);
  }
  for (const auto& [number, gathered] : by_swarm) {
    if (Cursor row = database.Query(kTopologyOf, number); row.Next()) {
      merge(gathered, topologies[std::string(row.Text(0))]);
    }
  }
  report.all = Finish(all);
  report.agents = Groups(agents);
  report.types = Groups(types);
  report.capabilities = Groups(capabilities);
  report.topologies = Groups(topologies);
  return report;
}

}  // namespace skep::metrics
