#include "swarm/agent_metrics.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include "swarm/attempts.h"
#include "swarm/finished_tasks.h"
#include "swarm/message.h"
#include "swarm/task.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kCounts{"SELECT claims, released, timed_out, abandoned, messages_sent FROM agents WHERE id = ?1"};
constexpr Sql kClosed{"SELECT closed_ms FROM sessions WHERE id = ?1 AND closed_ms > 0"};
constexpr Sql kLeases{"SELECT count(*) FROM leases WHERE agent = ?1 AND deadline > ?2"};

std::optional<double> Share(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// When an agent went offline that is so, as far as that was noted.
std::optional<std::int64_t> WentOffline(Database& database, const Swarm& swarm, const Agent& agent) {
  std::optional<std::int64_t> at_ms;
  if (swarm.destroyed_ms != 0) at_ms = swarm.destroyed_ms;
  if (Cursor row = database.Query(kClosed, agent.session); row.Next()) {
    at_ms = std::min(row.Int(0), at_ms.value_or(row.Int(0)));
  }
  return at_ms;
}

AgentFigures Measure(Database& database, const Swarm& swarm, Agent agent, const Moment& now) {
  AgentFigures figures{.agent = std::move(agent)};
  const Agent& one = figures.agent;
  if (Cursor row = database.Query(kCounts, one.number); row.Next()) {
    figures.claims = row.OptInt(0);
    figures.released = row.OptInt(1);
    figures.timed_out = row.OptInt(2);
    figures.abandoned = row.OptInt(3);
    figures.messages_sent = row.OptInt(4);
  }
  figures.busy_ms = one.busy_ms;
  if (const auto task = one.task != 0 ? ReadTask(database, one.task) : std::nullopt) {
    figures.busy_ms += std::max<std::int64_t>(now.wall_ms - task->claimed_ms, 0);
  }
  const bool offline = one.state == AgentState::kOffline;
  if (const auto until_ms = offline ? WentOffline(database, swarm, one) : std::optional(now.wall_ms)) {
    figures.there_ms = *until_ms - one.created_ms;
  }
  if (Cursor row = database.Query(kLeases, one.number, now.boot_ms); row.Next()) figures.leases = row.Int(0);
  figures.unread = CountUnread(database, one);
  return figures;
}

struct Durations {
  std::vector<std::int64_t> wait_ms;
  std::vector<std::int64_t> attempt_ms;
};

void Add(const FinishedTask& task, AgentFigures& figures, Durations& durations) {
  // One that was cancelled may have been so long after its owner had left it.
  if (task.state == TaskState::kCancelled) return;
  ++figures.tasks;
  durations.wait_ms.push_back(std::max<std::int64_t>(task.claimed_ms - task.ready_ms, 0));
}

/// What some attempts, by their beginnings, reach over.
struct SpanOfAttempts {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
};

void Add(const Attempt& attempt, const Moment& now, SpanOfAttempts& span, AgentFigures& figures, Durations& durations) {
  const std::int64_t end_ms = attempt.end == AttemptEnd::kOpen ? now.wall_ms : attempt.end_ms;
  if (!figures.span_ms) span = {.from_ms = attempt.begin_ms, .to_ms = end_ms};
  span.to_ms = std::max(span.to_ms, end_ms);
  figures.span_ms = span.to_ms - span.from_ms;
  if (attempt.tried() || attempt.end == AttemptEnd::kOpen) {
    figures.busy_in_span_ms += std::max<std::int64_t>(end_ms - attempt.begin_ms, 0);
  }
  if (attempt.tried()) durations.attempt_ms.push_back(attempt.length_ms());
}

}  // namespace

std::optional<double> AgentFigures::success_rate() const {
  return Share(agent.succeeded, agent.succeeded + agent.failed);
}

std::optional<double> AgentFigures::busy_share() const { return there_ms ? Share(busy_ms, *there_ms) : std::nullopt; }

std::optional<double> AgentFigures::busy_share_of_span() const {
  return span_ms ? Share(busy_in_span_ms, *span_ms) : std::nullopt;
}

MeasuredAgents MeasureAgents(Database& database, const Swarm& swarm, std::vector<Agent> agents, const Moment& now) {
  MeasuredAgents measured;
  std::unordered_map<std::int64_t, std::size_t> places;
  for (Agent& agent : agents) {
    places.emplace(agent.number, measured.agents.size());
    measured.agents.push_back(Measure(database, swarm, std::move(agent), now));
  }
  const std::int64_t owner = measured.agents.size() == 1 ? measured.agents.front().agent.number : 0;
  const FinishedTasks finished = NewestFinished(database, swarm, owner);
  measured.tasks_looked_at = finished.looked_at;
  measured.older_tasks = finished.older;
  std::vector<Durations> durations(measured.agents.size());
  for (const FinishedTask& task : finished.tasks) {
    const auto place = places.find(task.owner);
    if (place != places.end()) Add(task, measured.agents[place->second], durations[place->second]);
  }
  const Attempts read = ReadAttempts(database, owner);
  const auto has_older = [&](const AgentFigures& figures) { return figures.agent.created_ms <= read.since_ms; };
  if (std::ranges::any_of(measured.agents, has_older)) measured.attempts_since_ms = read.since_ms;
  std::vector<SpanOfAttempts> spans(measured.agents.size());
  for (const Attempt& attempt : read.attempts) {
    const auto place = places.find(attempt.agent);
    if (place == places.end()) continue;
    const std::size_t i = place->second;
    Add(attempt, now, spans[i], measured.agents[i], durations[i]);
  }
  const UsageQuery whose{
      .group = UsageGroup::kAgent, .to_ms = std::numeric_limits<std::int64_t>::max(), .swarm = swarm.number};
  for (UsageRow& row : SumUsage(database, whose).rows) {
    const auto place = places.find(row.number);
    if (place != places.end()) measured.agents[place->second].usage = std::move(row.sum);
  }
  for (std::size_t i = 0; i < durations.size(); ++i) {
    measured.agents[i].queue_wait_ms = SpreadOf(std::move(durations[i].wait_ms));
    measured.agents[i].attempts_ms = SpreadOf(std::move(durations[i].attempt_ms));
  }
  return measured;
}

}  // namespace skep::swarm
