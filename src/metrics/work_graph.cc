#include "metrics/work_graph.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/limits.h"
#include "swarm/stored_enum.h"
#include "swarm/task_flow.h"

namespace skep::metrics {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;
using swarm::TaskState;

constexpr Sql kAgents{
    "SELECT id, name, parent, state, created_ms, seen_ms FROM agents WHERE swarm = ?1 ORDER BY id DESC LIMIT ?2"};
constexpr Sql kCapabilities{"SELECT agent, capability FROM agent_capabilities WHERE swarm = ?1"};
constexpr Sql kTasks{
    "SELECT id, parent, requires, subtasks, owner, epoch, created_ms, ready_ms, claimed_ms, finished_ms, rank "
    "FROM tasks WHERE swarm = ?1 AND state = ?2 AND id < ?3 AND id >= ?4 ORDER BY id DESC LIMIT ?5"};
constexpr Sql kEvents{"SELECT at_ms, agent, event FROM task_events WHERE task = ?1 ORDER BY id"};
constexpr Sql kNeeds{"SELECT needed, task FROM task_dependencies WHERE task >= ?1 AND task <= ?2"};
constexpr Sql kOpen{
    "SELECT count(*) FROM tasks WHERE swarm = ?1 AND state IN ('blocked', 'ready', 'claimed') AND subtasks = 0"};

/// Rows read in one slice: some milliseconds' worth.
constexpr std::int64_t kSlice = 4096;
/// Agents that are read, the newest: twice as many as may be alive.
constexpr std::int64_t kMostAgents = 2 * limits::kMaxAgents;
/// Lines of history read of tasks that were claimed more than once, at 1 µs each.
constexpr std::int64_t kMostEvents = 200'000;

/// What ends a claim, but does not end the work.
bool IsWaste(std::string_view event) {
  return event == "failed" || event == "released" || event == "abandoned" || event == "timed out";
}
/// After which a task has to wait for its next attempt.
bool IsFailure(std::string_view event) { return event == "failed" || event == "timed out"; }
bool EndsClaim(std::string_view event) { return IsWaste(event) || event == "succeeded" || event == "cancelled"; }

}  // namespace

std::uint32_t WorkGraph::CapabilityOf(std::string_view name) {
  const auto found = std::ranges::find(capabilities, name);
  const auto place = static_cast<std::uint32_t>(found - capabilities.begin());
  if (found == capabilities.end()) capabilities.emplace_back(name);
  return place;
}

void WorkGraph::Wire() {
  for (const auto& [needed, task] : edges) {
    ++tasks[needed].dependants;
    ++tasks[task].needs;
  }
  std::uint32_t next = 0;
  for (Task& task : tasks) {
    task.first_dependant = next;
    next += std::exchange(task.dependants, 0);
  }
  dependants.resize(next);
  for (const auto& [needed, task] : edges) {
    dependants[tasks[needed].first_dependant + tasks[needed].dependants++] = task;
  }
  edges = {};
  SortPieces();
  by_arrival.resize(tasks.size());
  std::iota(by_arrival.begin(), by_arrival.end(), 0U);
  std::ranges::stable_sort(by_arrival, {}, [&](std::uint32_t task) { return tasks[task].made_ms; });
}

void WorkGraph::SortPieces() {
  for (std::uint32_t task = 0; task < tasks.size(); ++task) {
    for (std::uint32_t i = 0; i < tasks[task].pieces; ++i) pieces[tasks[task].first_piece + i].task = task;
  }
  by_agent.reserve(pieces.size());
  for (std::uint32_t piece = 0; piece < pieces.size(); ++piece) {
    if (pieces[piece].agent == kNobody) continue;
    by_agent.push_back(piece);
    ++agents[pieces[piece].agent].pieces;
  }
  std::ranges::sort(by_agent, {}, [&](std::uint32_t piece) {
    return std::tuple(pieces[piece].agent, pieces[piece].begin_ms, piece);
  });
  std::uint32_t next = 0;
  for (Agent& agent : agents) {
    agent.first_piece = next;
    next += agent.pieces;
  }
}

std::int64_t WorkGraph::from_ms() const {
  std::int64_t from = INT64_MAX;
  for (const Task& task : tasks) from = std::min(from, task.made_ms);
  return tasks.empty() ? 0 : from;
}

std::int64_t WorkGraph::to_ms() const {
  std::int64_t to = 0;
  for (const Task& task : tasks) to = std::max(to, task.ended_ms);
  return to;
}

std::int64_t WorkGraph::busy_ms() const {
  std::vector<std::pair<std::int64_t, std::int64_t>> times;
  times.reserve(tasks.size());
  for (const Task& task : tasks) times.emplace_back(task.made_ms, task.ended_ms);
  std::ranges::sort(times);
  std::int64_t busy = 0;
  std::int64_t until = INT64_MIN;
  for (const auto& [made, ended] : times) {
    if (ended <= until) continue;
    busy += ended - std::max(made, until);
    until = ended;
  }
  return busy;
}

WorkGraphReader::WorkGraphReader(const swarm::Swarm& swarm, std::int64_t limit) : swarm_(swarm), limit_(limit) {
  graph_.wiring = swarm.wiring();
}

bool WorkGraphReader::Read(Database& database) {
  switch (phase_) {
    case Phase::kAgents:
      ReadAgents(database);
      break;
    case Phase::kSucceeded:
      ReadTasks(database, TaskState::kSucceeded, Phase::kFailed);
      break;
    case Phase::kFailed:
      ReadTasks(database, TaskState::kFailed, Phase::kPieces);
      break;
    case Phase::kPieces:
      ReadPieces(database);
      break;
    case Phase::kEdges:
      ReadEdges(database);
      break;
    case Phase::kDone:
      break;
  }
  return phase_ != Phase::kDone && !database.error();
}

double WorkGraphReader::done() const {
  const auto part = [&](std::size_t of) {
    return of == 0 ? 1.0 : static_cast<double>(next_) / static_cast<double>(of);
  };
  switch (phase_) {
    case Phase::kAgents:
      return 0;
    case Phase::kSucceeded:
    case Phase::kFailed:
      return 0.5 * std::min(1.0, static_cast<double>(rows_.size()) / static_cast<double>(limit_));
    case Phase::kPieces:
      return 0.5 + 0.3 * part(rows_.size());
    case Phase::kEdges:
      return 0.8 + 0.2 * part(graph_.tasks.size());
    case Phase::kDone:
      break;
  }
  return 1;
}

void WorkGraphReader::ReadAgents(Database& database) {
  std::vector<std::int64_t> leads;
  for (Cursor row = database.Query(kAgents, swarm_.number, kMostAgents); row.Next();) {
    WorkGraph::Agent& agent = graph_.agents.emplace_back();
    agent.number = row.Int(0);
    agent.name = row.Text(1);
    agent.from_ms = row.Int(4);
    if (row.Text(3) == "offline") agent.to_ms = std::max(row.Int(5), agent.from_ms + 1);
    leads.push_back(row.OptInt(2).value_or(0));
  }
  std::ranges::reverse(graph_.agents);
  std::ranges::reverse(leads);
  for (std::size_t i = 0; i < leads.size(); ++i) graph_.agents[i].lead = AgentOf(leads[i]);
  for (Cursor row = database.Query(kCapabilities, swarm_.number); row.Next();) {
    const std::uint32_t agent = AgentOf(row.Int(0));
    if (agent != WorkGraph::kNobody) graph_.agents[agent].capabilities.push_back(graph_.CapabilityOf(row.Text(1)));
  }
  phase_ = Phase::kSucceeded;
}

void WorkGraphReader::ReadTasks(Database& database, TaskState state, Phase next) {
  const std::size_t had = rows_.size();
  const std::int64_t room = std::min(kSlice, limit_ - static_cast<std::int64_t>(next_));
  for (Cursor row = database.Query(kTasks, swarm_.number, swarm::NameOf(state), before_, oldest_, room); row.Next();) {
    Row& read = rows_.emplace_back();
    before_ = read.task.number = row.Int(0);
    read.parent = row.OptInt(1).value_or(0);
    read.task.capability = row.Text(2).empty() ? 0 : graph_.CapabilityOf(row.Text(2));
    read.owner = row.Int(3) > 0 ? 0 : row.Int(4);
    read.claims = row.Int(5);
    read.task.made_ms = row.Int(6);
    read.task.ready_ms = row.Int(7);
    read.claimed_ms = row.Int(8);
    read.task.ended_ms = std::max(row.Int(9), read.task.made_ms);
    if (read.owner != 0) read.task.head_start_ms = read.task.ready_ms - row.Int(10);
    read.succeeded = state == TaskState::kSucceeded;
  }
  next_ += rows_.size() - had;
  if (static_cast<std::int64_t>(rows_.size() - had) == kSlice) return;
  // There may be more than the bound: what is older of the other state does not belong to the time either.
  if (static_cast<std::int64_t>(next_) == limit_) {
    if (Cursor row = database.Query(kTasks, swarm_.number, swarm::NameOf(state), before_, 0, 1); row.Next()) {
      ++graph_.left_out;
      oldest_ = std::max(oldest_, before_);
    }
  }
  before_ = INT64_MAX;
  next_ = 0;
  phase_ = next;
  if (next == Phase::kPieces) Sort();
}

void WorkGraphReader::Sort() {
  std::ranges::sort(rows_, {}, [](const Row& row) { return row.task.number; });
  graph_.tasks.reserve(rows_.size());
  graph_.pieces.reserve(rows_.size());
}

void WorkGraphReader::ReadPieces(Database& database) {
  const std::int64_t events = events_;
  const std::size_t last = std::min(next_ + kSlice, rows_.size());
  for (; next_ < last && events_ - events < kSlice; ++next_) {
    WorkGraph::Task& task = graph_.tasks.emplace_back(rows_[next_].task);
    AddPieces(database, rows_[next_], task);
  }
  if (next_ < rows_.size()) return;
  next_ = 0;
  phase_ = Phase::kEdges;
}

void WorkGraphReader::AddPieces(Database& database, const Row& row, WorkGraph::Task& task) {
  task.first_piece = static_cast<std::uint32_t>(graph_.pieces.size());
  const auto add = [&](std::int64_t owner, std::int64_t begin_ms) -> WorkGraph::Piece& {
    const std::uint32_t agent = AgentOf(owner);
    if (agent != WorkGraph::kNobody) graph_.agents[agent].works = true;
    ++task.pieces;
    return graph_.pieces.emplace_back(
        WorkGraph::Piece{.agent = agent, .begin_ms = begin_ms, .end_ms = std::max(begin_ms, task.ended_ms)});
  };
  if (row.claims <= 1 || events_ >= kMostEvents) {
    if (row.owner == 0 || row.claimed_ms == 0) return;
    if (row.claims > 1) ++graph_.shortened;
    add(row.owner, row.claimed_ms).wasted = !row.succeeded;
    return;
  }
  bool open = false;
  std::int64_t failures = 0;
  for (Cursor event = database.Query(kEvents, row.task.number); event.Next(); ++events_) {
    const std::string_view what = event.Text(2);
    if (what == "claimed") {
      add(event.Int(1), event.Int(0));
      open = true;
    } else if (open && EndsClaim(what)) {
      WorkGraph::Piece& piece = graph_.pieces.back();
      piece.end_ms = std::max(piece.begin_ms, event.Int(0));
      piece.wasted = IsWaste(what);
      if (IsFailure(what)) piece.pause_ms = static_cast<std::int32_t>(swarm::BackoffMs(++failures));
      open = false;
    }
  }
}

void WorkGraphReader::ReadEdges(Database& database) {
  const std::size_t last = std::min(next_ + kSlice, graph_.tasks.size());
  if (next_ < last) {
    const std::int64_t from = graph_.tasks[next_].number;
    const std::int64_t to = graph_.tasks[last - 1].number;
    for (Cursor row = database.Query(kNeeds, from, to); row.Next();) {
      const std::uint32_t needed = TaskOf(row.Int(0));
      const std::uint32_t task = TaskOf(row.Int(1));
      if (needed != WorkGraph::kNobody && task != WorkGraph::kNobody) graph_.Need(needed, task);
    }
    for (; next_ < last; ++next_) {
      const std::uint32_t whole = TaskOf(rows_[next_].parent);
      if (whole != WorkGraph::kNobody) graph_.Need(static_cast<std::uint32_t>(next_), whole);
    }
  }
  if (next_ < graph_.tasks.size()) return;
  Finish(database);
}

void WorkGraphReader::Finish(Database& database) {
  graph_.Wire();
  rows_ = {};
  if (Cursor row = database.Query(kOpen, swarm_.number); row.Next()) graph_.unfinished = row.Int(0);
  phase_ = Phase::kDone;
}

std::uint32_t WorkGraphReader::AgentOf(std::int64_t number) const {
  const auto found = std::ranges::lower_bound(graph_.agents, number, {}, &WorkGraph::Agent::number);
  if (found == graph_.agents.end() || found->number != number) return WorkGraph::kNobody;
  return static_cast<std::uint32_t>(found - graph_.agents.begin());
}

std::uint32_t WorkGraphReader::TaskOf(std::int64_t number) const {
  if (graph_.tasks.empty() || number < graph_.tasks.front().number) return WorkGraph::kNobody;
  // Where no number is left out, that is its place.
  const auto after = static_cast<std::size_t>(number - graph_.tasks.front().number);
  if (after < graph_.tasks.size() && graph_.tasks[after].number == number) return static_cast<std::uint32_t>(after);
  const auto found = std::ranges::lower_bound(graph_.tasks, number, {}, &WorkGraph::Task::number);
  if (found == graph_.tasks.end() || found->number != number) return WorkGraph::kNobody;
  return static_cast<std::uint32_t>(found - graph_.tasks.begin());
}

}  // namespace skep::metrics
