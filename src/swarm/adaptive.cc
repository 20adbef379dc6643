#include "swarm/adaptive.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "swarm/stored_enum.h"
#include "swarm/task_flow.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// Attempts looked at: the newest ones. Fewer than a half of them say nothing yet.
constexpr std::int64_t kWindow = 40;
constexpr std::int64_t kEnough = kWindow / 2;

/// Events looked at for them, whichever swarm's they are: a look must cost the same however many tasks there are.
constexpr std::int64_t kEvents = 10 * kWindow;

/// The last claimed of the newest tasks in each state: each state's are found by the index.
constexpr Sql kWaits{
    "SELECT count(*), coalesce(avg(max(claimed_ms - ready_ms, 0)), 0) FROM (SELECT claimed_ms, ready_ms FROM ("
    "SELECT * FROM (SELECT claimed_ms, ready_ms FROM tasks WHERE swarm = ?1 AND state = 'claimed' "
    "ORDER BY id DESC LIMIT ?2) UNION ALL "
    "SELECT * FROM (SELECT claimed_ms, ready_ms FROM tasks WHERE swarm = ?1 AND state = 'succeeded' "
    "ORDER BY id DESC LIMIT ?2) UNION ALL "
    "SELECT * FROM (SELECT claimed_ms, ready_ms FROM tasks WHERE swarm = ?1 AND state = 'failed' "
    "ORDER BY id DESC LIMIT ?2)) AS newest WHERE claimed_ms > 0 ORDER BY claimed_ms DESC LIMIT ?2) AS last"};
/// The ends of attempts among the newest events.
constexpr Sql kFailures{
    "SELECT count(*), coalesce(sum(failed), 0) FROM (SELECT CASE e.event WHEN 'succeeded' THEN 0 ELSE 1 END AS failed "
    "FROM (SELECT id, task, event FROM task_events ORDER BY id DESC LIMIT ?3) AS e, tasks AS t "
    "WHERE t.id = e.task AND t.swarm = ?1 AND e.event IN ('succeeded', 'failed', 'timed out') "
    "ORDER BY e.id DESC LIMIT ?2) AS ends"};
/// The time that went into the newest tasks, those under way included, and since when.
constexpr Sql kWork{
    "SELECT coalesce(sum(worked), 0), coalesce(min(claimed_ms), 0) FROM ("
    "SELECT * FROM (SELECT finished_ms - claimed_ms AS worked, claimed_ms FROM tasks WHERE swarm = ?1 "
    "AND state = 'succeeded' ORDER BY id DESC LIMIT ?2) UNION ALL "
    "SELECT * FROM (SELECT ?3 - claimed_ms AS worked, claimed_ms FROM tasks WHERE swarm = ?1 "
    "AND state = 'claimed' ORDER BY id DESC LIMIT ?2)) AS newest WHERE claimed_ms > 0"};
constexpr Sql kAgents{"SELECT count(*), coalesce(max(team), 0) FROM agents WHERE swarm = ?1 AND state <> 'offline'"};
constexpr Sql kLooked{"UPDATE swarms SET looked_ms = ?2 WHERE id = ?1"};
constexpr Sql kChange{"UPDATE swarms SET mode = ?2 WHERE id = ?1"};
constexpr Sql kNote{
    "INSERT INTO topology_switches (swarm, at_ms, from_mode, to_mode, reason) VALUES (?1, ?2, ?3, ?4, ?5)"};
constexpr Sql kLast{
    "SELECT at_ms, from_mode, to_mode, reason FROM topology_switches WHERE swarm = ?1 ORDER BY id DESC LIMIT ?2"};

}  // namespace

SwarmFigures MeasureSwarm(Database& database, const Swarm& swarm, std::int64_t now_ms) {
  SwarmFigures figures;
  if (Cursor row = database.Query(kWaits, swarm.number, kWindow); row.Next()) {
    figures.claimed = row.Int(0);
    figures.wait_s = row.Real(1) / 1000;
  }
  if (Cursor row = database.Query(kFailures, swarm.number, kWindow, kEvents); row.Next()) {
    figures.finished = row.Int(0);
    if (figures.finished > 0) {
      figures.failure_rate = static_cast<double>(row.Int(1)) / static_cast<double>(figures.finished);
    }
  }
  if (Cursor row = database.Query(kAgents, swarm.number); row.Next()) {
    figures.agents = row.Int(0);
    figures.has_leads = row.Int(1) > 0;
  }
  if (Cursor row = database.Query(kWork, swarm.number, kWindow, now_ms); row.Next() && row.Int(1) > 0) {
    const auto there = static_cast<double>((now_ms - row.Int(1)) * figures.agents);
    if (there > 0) figures.utilisation = std::min(static_cast<double>(row.Int(0)) / there, 1.0);
  }
  return figures;
}

std::optional<Change> JudgeTopology(Topology mode, const SwarmFigures& figures) {
  const auto change = [&](Topology to, std::string_view why) {
    return Change{to, fmt::format("{}: failure rate {:.0f} % of {} attempts, queue wait {:.1f} s over {} tasks, "
                                  "utilisation {:.0f} % of {} agents",
                                  why, figures.failure_rate * 100, figures.finished, figures.wait_s, figures.claimed,
                                  figures.utilisation * 100, figures.agents)};
  };
  const bool failures_known = figures.finished >= kEnough;
  if (mode == Topology::kHierarchical) {
    if (failures_known && figures.failure_rate < 0.1) return change(Topology::kMesh, "failures have become rare");
    if (!figures.has_leads) return change(Topology::kMesh, "there are no leads any more");
    return std::nullopt;
  }
  if (failures_known && figures.failure_rate > 0.3 && figures.has_leads) {
    return change(Topology::kHierarchical, "many failures, which leads should hear of");
  }
  if (figures.claimed < kEnough) return std::nullopt;
  if (mode == Topology::kMesh && figures.wait_s > 2 && figures.utilisation < 0.6) {
    return change(Topology::kStar, "work waits in some queues while agents are idle");
  }
  if (mode == Topology::kStar && figures.utilisation > 0.9 && figures.agents > 1) {
    return change(Topology::kMesh, "all agents are busy and gain from queues of their own");
  }
  return std::nullopt;
}

void Adapt(Database& database, Swarm& swarm, std::int64_t now_ms) {
  if (swarm.topology != Topology::kAdaptive || now_ms - swarm.looked_ms < limits::kAdaptEveryMs) return;
  swarm.looked_ms = now_ms;
  database.Execute(kLooked, swarm.number, now_ms);
  const auto last = TopologyChanges(database, swarm, 1);
  if (!last.empty() && now_ms - last.front().at_ms < limits::kAdaptDwellMs) return;
  const auto change = JudgeTopology(swarm.mode, MeasureSwarm(database, swarm, now_ms));
  if (!change) return;
  database.Execute(kNote, swarm.number, now_ms, NameOf(swarm.mode), NameOf(change->to), change->reason);
  database.Execute(kChange, swarm.number, NameOf(change->to));
  swarm.mode = change->to;
  RouteAnew(database, swarm);
}

std::vector<TopologyChange> TopologyChanges(Database& database, const Swarm& swarm, std::int64_t limit) {
  std::vector<TopologyChange> changes;
  for (Cursor row = database.Query(kLast, swarm.number, limit); row.Next();) {
    changes.push_back({.at_ms = row.Int(0),
                       .from = ReadEnum<Topology>(database, row.Text(1)),
                       .to = ReadEnum<Topology>(database, row.Text(2)),
                       .reason = std::string(row.Text(3))});
  }
  return changes;
}

}  // namespace skep::swarm
