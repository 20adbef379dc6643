#include "metrics/task_figures.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
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
/// The sign keeps SQLite from an index over swarms, by which it would have to sort.
constexpr Sql kOfSwarm{
    "SELECT finished_ms, swarm, state, owner, requires, created_ms, ready_ms, claimed_ms, attempts FROM tasks "
    "WHERE finished_ms > 0 AND finished_ms >= ?1 AND finished_ms < ?2 AND +swarm = ?4 "
    "ORDER BY finished_ms DESC LIMIT ?3"};
constexpr Sql kCountAll{
    "SELECT state, count(*) FROM (SELECT state FROM tasks WHERE finished_ms > 0 AND finished_ms >= ?1 "
    "AND finished_ms < ?2 ORDER BY finished_ms DESC LIMIT ?3) GROUP BY state"};
constexpr Sql kCountOfSwarm{
    "SELECT state, count(*) FROM (SELECT state FROM tasks WHERE finished_ms > 0 AND finished_ms >= ?1 "
    "AND finished_ms < ?2 AND +swarm = ?4 ORDER BY finished_ms DESC LIMIT ?3) GROUP BY state"};
/// The words are those of an index.
constexpr Sql kFailures{
    "SELECT e.agent, t.swarm, t.requires FROM (SELECT agent, task FROM task_events WHERE agent > 0 "
    "AND event IN ('failed', 'timed out') AND at_ms >= ?1 AND at_ms < ?2 ORDER BY at_ms DESC LIMIT ?3) AS e, "
    "tasks AS t WHERE t.id = e.task"};
constexpr Sql kAgent{"SELECT type, name FROM agents WHERE id = ?1"};
constexpr Sql kTopologyOf{"SELECT CASE topology WHEN 'adaptive' THEN mode ELSE topology END FROM swarms WHERE id = ?1"};

std::uint64_t Between(std::int64_t from_ms, std::int64_t to_ms) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(to_ms - from_ms, 0));
}

struct Gathered {
  TaskFigures figures;
  std::string called;
  std::int64_t since_ms = INT64_MAX;  ///< The earliest claim so far.
  std::int64_t until_ms = 0;          ///< The latest end.
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
  const std::int64_t end_ms = std::max(task.claimed_ms, task.finished_ms);
  figures.work.Add(Between(task.claimed_ms, end_ms));
  // They come by their ends, the latest first: up to this end, all since the earliest claim was busy.
  figures.busy_ms += std::max<std::int64_t>(std::min(end_ms, to.since_ms) - task.claimed_ms, 0);
  to.since_ms = std::min(to.since_ms, task.claimed_ms);
  to.until_ms = std::max(to.until_ms, end_ms);
  figures.span_ms = to.until_ms - to.since_ms;
}

using Groups = std::map<std::string, Gathered, std::less<>>;

Gathered& In(Groups& groups, std::string_view name) {
  const auto found = groups.find(name);
  return found != groups.end() ? found->second : groups[std::string(name)];
}

std::vector<TaskGroup> Sorted(Groups& groups) {
  std::vector<TaskGroup> sorted;
  for (auto& [name, gathered] : groups) sorted.push_back({name, gathered.called, std::move(gathered.figures)});
  std::ranges::stable_sort(sorted, std::greater(), [](const TaskGroup& group) { return group.figures.work.total(); });
  return sorted;
}

/// The groups that an agent's, or a swarm's, tasks are in.
class Places {
 public:
  explicit Places(Database& database) : database_(database) {}

  struct OfAgent {
    Gathered* own = nullptr;
    Gathered* type = nullptr;
  };
  OfAgent Agent(std::int64_t number) {
    OfAgent& place = by_agent_[number];
    if (place.own != nullptr) return place;
    place.own = &agents[FormatId("ag", number)];
    Cursor row = database_.Query(kAgent, number);
    const bool known = row.Next();
    place.type = &In(types, known ? row.Text(0) : std::string_view("unknown"));
    if (known) place.own->called = row.Text(1);
    return place;
  }
  Gathered& Topology(std::int64_t swarm) {
    Gathered*& place = by_swarm_[swarm];
    if (place != nullptr) return *place;
    Cursor row = database_.Query(kTopologyOf, swarm);
    place = &In(topologies, row.Next() ? row.Text(0) : std::string_view("unknown"));
    return *place;
  }

  Groups agents;
  Groups types;
  Groups capabilities;
  Groups topologies;

 private:
  Database& database_;
  std::unordered_map<std::int64_t, OfAgent> by_agent_;
  std::unordered_map<std::int64_t, Gathered*> by_swarm_;
};

/// Counts each where its agent's, and where its task belongs.
void CountFailures(Database& database, const std::optional<swarm::Swarm>& swarm, std::int64_t from_ms,
                   std::int64_t to_ms, Gathered& all, Places& places, TaskReport& report) {
  std::int64_t counted = 0;
  for (Cursor row = database.Query(kFailures, from_ms, to_ms, kCountedFailures + 1); row.Next();) {
    if (counted++ == kCountedFailures) {
      report.more_failed_attempts = true;
      break;
    }
    if (swarm && row.Int(1) != swarm->number) continue;
    const Places::OfAgent agent = places.Agent(row.Int(0));
    for (Gathered* const to :
         {&all, &places.Topology(row.Int(1)), agent.own, agent.type, &In(places.capabilities, row.Text(2))}) {
      ++to->figures.failed_attempts;
    }
  }
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
  Places places(database);
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
    Add(task, places.Topology(row.Int(1)));
    if (task.owner == 0) continue;
    const Places::OfAgent agent = places.Agent(task.owner);
    Add(task, *agent.own);
    Add(task, *agent.type);
    Add(task, In(places.capabilities, row.Text(4)));
  }
  CountFailures(database, swarm, from_ms, to_ms, all, places, report);
  report.all = std::move(all.figures);
  report.agents = Sorted(places.agents);
  report.types = Sorted(places.types);
  report.capabilities = Sorted(places.capabilities);
  report.topologies = Sorted(places.topologies);
  return report;
}

EndedTasks CountEnded(Database& database, const std::optional<swarm::Swarm>& swarm, std::int64_t from_ms,
                      std::int64_t to_ms, std::int64_t limit) {
  EndedTasks ended;
  Cursor row = swarm ? database.Query(kCountOfSwarm, from_ms, to_ms, limit, swarm->number)
                     : database.Query(kCountAll, from_ms, to_ms, limit);
  std::int64_t counted = 0;
  while (row.Next()) {
    counted += row.Int(1);
    if (row.Text(0) == "succeeded") ended.succeeded = row.Int(1);
    if (row.Text(0) == "failed") ended.failed = row.Int(1);
  }
  ended.more = counted == limit;
  return ended;
}

}  // namespace skep::metrics
