#include "swarm/task_graph.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ranges>
#include <utility>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "swarm/agent.h"
#include "swarm/name.h"
#include "swarm/routing.h"
#include "swarm/stored_enum.h"
#include "swarm/task_flow.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kInsert{
    "INSERT INTO tasks (swarm, parent, title, priority, requires, state, blockers, subtasks, max_attempts, created_ms, "
    "body) VALUES (?1, ?2, ?3, ?4, ?5, 'blocked', ?6, ?7, ?8, ?9, ?10)"};
constexpr Sql kDepend{"INSERT OR IGNORE INTO task_dependencies (needed, task) VALUES (?1, ?2)"};
constexpr Sql kStateOf{"SELECT swarm, state FROM tasks WHERE id = ?1"};
constexpr Sql kOpen{
    "SELECT count(*) FROM (SELECT 1 FROM tasks WHERE swarm = ?1 AND state IN ('blocked', 'ready', 'claimed') LIMIT "
    "?2)"};
constexpr Sql kWorkers{
    "SELECT id, name, load, succeeded + failed, busy_ms FROM agents WHERE swarm = ?1 AND state <> 'offline' AND "
    "retiring = 0 "
    "ORDER BY load, id LIMIT ?2"};
constexpr Sql kCan{"SELECT 1 FROM agent_capabilities WHERE swarm = ?1 AND capability = ?2 AND agent = ?3"};

/// Bytes of a title that an error repeats.
constexpr std::size_t kShown = 100;
/// Agents among whom tasks are dealt out: those with the least to do.
constexpr std::int64_t kMaxDealt = 1000;

Expected<void> Check(const TaskRequest& request) {
  if (request.title.empty()) return Fail(ErrorCode::kInvalidArgument, "a task needs a title: one line of what to do");
  const auto too_long = [&](std::string_view what, std::size_t has, std::size_t most) {
    return Fail(ErrorCode::kTooLarge, fmt::format("a task's {} may have {} bytes, \"{}\" has {}", what, most,
                                                  Printable(request.title, kShown), has));
  };
  if (request.title.size() > limits::kMaxTitle) return too_long("title", request.title.size(), limits::kMaxTitle);
  if (request.body.size() > limits::kMaxBody) return too_long("body", request.body.size(), limits::kMaxBody);
  if (!request.required.empty()) {
    if (auto good = CheckName("a capability", request.required); !good) return good;
  }
  return {};
}

/// A dependency on a task that exists.
struct Needed {
  std::int64_t number = 0;
  bool done = false;  ///< It has succeeded, so nobody waits for it; but who depends on it is told of it.

  auto operator<=>(const Needed&) const = default;
};
Expected<Needed> Existing(Database& database, const Swarm& swarm, std::string_view id) {
  const auto number = ParseId("tk", id);
  if (!number) {
    return Fail(ErrorCode::kNotFound, fmt::format("dependency \"{}\" is no task's id (tk_…) and no other part's title",
                                                  Printable(id, kShown)));
  }
  Cursor row = database.Query(kStateOf, *number);
  if (!row.Next()) return Fail(ErrorCode::kNotFound, fmt::format("dependency {}: there is no such task", id));
  if (row.Int(0) != swarm.number) {
    return Fail(ErrorCode::kNotFound,
                fmt::format("dependency {} is in another swarm, {}", id, FormatId("sw", row.Int(0))));
  }
  const auto state = ReadEnum<TaskState>(database, row.Text(1));
  if (state == TaskState::kSucceeded) return Needed{.number = *number, .done = true};
  if (IsFinished(state)) {
    return Fail(ErrorCode::kConflict,
                fmt::format("dependency {} {}, so this task could never begin: make it anew first", id,
                            state == TaskState::kFailed ? "has failed" : "was cancelled"));
  }
  return Needed{.number = *number};
}

/// Sorted, each once, and how many of them have to be waited for.
std::int64_t Tidy(std::vector<Needed>& needed) {
  std::ranges::sort(needed);
  needed.erase(std::ranges::unique(needed).begin(), needed.end());
  return std::ranges::count(needed, false, &Needed::done);
}

/// The parts of one call, and the edges among them by their places.
struct Graph {
  std::vector<std::vector<std::size_t>> needs;      ///< For each part: places of others.
  std::vector<std::vector<Needed>> needs_existing;  ///< For each part: tasks that there are.
};

/// A part that a word names: by title, or by its place from 1; none: it names no part. kInvalidArgument for a title
/// that several have.
Expected<std::optional<std::size_t>> Part(std::span<const TaskRequest> parts, std::string_view word) {
  const auto titled = std::ranges::find(parts, word, &TaskRequest::title);
  if (titled != parts.end()) {
    if (std::ranges::find(titled + 1, parts.end(), word, &TaskRequest::title) != parts.end()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("dependency \"{}\" is the title of several parts: name its place, from 1",
                              Printable(word, kShown)));
    }
    return static_cast<std::size_t>(titled - parts.begin());
  }
  std::size_t place = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), place);
  if (error != std::errc{} || end != word.data() + word.size() || place < 1 || place > parts.size())
    return std::nullopt;
  return place - 1;
}

/// The path of a cycle among the parts; empty: there is none.
std::vector<std::size_t> FindCycle(const Graph& graph) {
  enum class Mark : std::uint8_t { kNew, kOnPath, kDone };
  std::vector<Mark> marks(graph.needs.size(), Mark::kNew);
  struct Step {
    std::size_t part;
    std::size_t next = 0;
  };
  std::vector<Step> path;
  for (std::size_t root = 0; root < marks.size(); ++root) {
    if (marks[root] != Mark::kNew) continue;
    path = {{root}};
    marks[root] = Mark::kOnPath;
    while (!path.empty()) {
      Step& step = path.back();
      if (step.next == graph.needs[step.part].size()) {
        marks[step.part] = Mark::kDone;
        path.pop_back();
        continue;
      }
      const std::size_t needed = graph.needs[step.part][step.next++];
      if (marks[needed] == Mark::kOnPath) {
        std::vector<std::size_t> cycle;
        const auto begin = std::ranges::find(path, needed, &Step::part);
        for (auto at = begin; at != path.end(); ++at) cycle.push_back(at->part);
        cycle.push_back(needed);
        return cycle;
      }
      if (marks[needed] == Mark::kNew) {
        marks[needed] = Mark::kOnPath;
        path.push_back({needed});
      }
    }
  }
  return {};
}

Expected<Graph> MakeGraph(Database& database, const Swarm& swarm, std::span<const TaskRequest> parts,
                          Orchestration strategy) {
  Graph graph{.needs = std::vector<std::vector<std::size_t>>(parts.size()),
              .needs_existing = std::vector<std::vector<Needed>>(parts.size())};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (strategy == Orchestration::kSequential && i > 0) graph.needs[i].push_back(i - 1);
    for (const std::string_view word : parts[i].dependencies) {
      const auto part = Part(parts, word);
      if (!part) return std::unexpected(part.error());
      if (*part) {
        graph.needs[i].push_back(**part);
        continue;
      }
      const auto existing = Existing(database, swarm, word);
      if (!existing) return std::unexpected(existing.error());
      graph.needs_existing[i].push_back(*existing);
    }
    std::ranges::sort(graph.needs[i]);
    graph.needs[i].erase(std::ranges::unique(graph.needs[i]).begin(), graph.needs[i].end());
  }
  if (const auto cycle = FindCycle(graph); !cycle.empty()) {
    std::string path;
    for (const std::size_t part : cycle) {
      path += fmt::format("{}\"{}\"", path.empty() ? "" : " needs ", Printable(parts[part].title, kShown));
    }
    return Fail(ErrorCode::kInvalidArgument, fmt::format("the subtasks need one another in a circle: {}", path));
  }
  return graph;
}

Task Insert(Database& database, const Swarm& swarm, const TaskRequest& request, std::optional<std::int64_t> parent,
            std::int64_t blockers, std::int64_t subtasks, std::int64_t now_ms) {
  Task task{.swarm = swarm.number,
            .parent = parent,
            .title = std::string(request.title),
            .priority = request.priority,
            .required = std::string(request.required),
            .blockers = blockers,
            .subtasks = subtasks,
            .max_attempts = request.max_attempts,
            .created_ms = now_ms};
  database.Execute(kInsert, swarm.number, parent, request.title, static_cast<std::int64_t>(request.priority),
                   request.required, blockers, subtasks, request.max_attempts, now_ms, request.body);
  task.number = database.last_insert_id();
  NoteEvent(database, task, 0, "created", std::nullopt, now_ms);
  return task;
}

/// After tasks were made, the last of them `newest`. Counting a million takes 50 ms, so it is done every so many tasks:
/// the bound is passed by that many at most.
Expected<void> CheckRoom(Database& database, const Swarm& swarm, std::size_t made, std::int64_t newest) {
  constexpr std::int64_t kEvery = 1024;
  if (newest % kEvery >= static_cast<std::int64_t>(made)) return {};
  Cursor row = database.Query(kOpen, swarm.number, limits::kMaxTasks + 1);
  if (!row.Next() || row.Int(0) <= limits::kMaxTasks) return {};
  return Fail(ErrorCode::kConflict, fmt::format("swarm {} has {} unfinished tasks, the most there may be: finish or "
                                                "cancel some first",
                                                swarm.id(), limits::kMaxTasks));
}

Expected<void> CheckActive(const Swarm& swarm) {
  if (swarm.status == SwarmStatus::kActive) return {};
  return Fail(ErrorCode::kConflict, fmt::format("swarm {} was destroyed: start another with swarm_init", swarm.id()));
}

/// Which strategy, when it was left to us, and why.
std::pair<Orchestration, std::string> Choose(Database& database, const Swarm& swarm, std::size_t parts) {
  struct Speed {
    std::int64_t tasks = 0;
    double ms = 0;
  };
  std::vector<Speed> speeds;
  std::int64_t measured = 0;
  std::int64_t alive = 0;
  for (Cursor row = database.Query(kWorkers, swarm.number, kMaxDealt); row.Next();) {
    ++alive;
    if (row.Int(3) == 0) continue;
    measured += row.Int(3);
    speeds.push_back({row.Int(3), static_cast<double>(row.Int(4)) / static_cast<double>(row.Int(3))});
  }
  if (parts < 2) return {Orchestration::kParallel, "there is one task"};
  if (alive < 2) {
    return {Orchestration::kSequential,
            fmt::format("{} agent{} alive, so nothing would run beside anything", alive, alive == 1 ? " is" : "s are")};
  }
  if (speeds.size() >= 2) {
    const auto [fastest, slowest] = std::ranges::minmax(speeds, {}, &Speed::ms);
    if (slowest.ms > 1.5 * std::max(fastest.ms, 1.0)) {
      return {
          Orchestration::kBalanced,
          fmt::format("over {} finished tasks the slowest of {} measured agents took {:.1f} s a task and the fastest "
                      "{:.1f} s",
                      measured, speeds.size(), slowest.ms / 1000, fastest.ms / 1000)};
    }
    return {Orchestration::kParallel,
            fmt::format("{} agents are alive and, over {} finished tasks, about equally fast", alive, measured)};
  }
  return {Orchestration::kParallel,
          fmt::format("{} agents are alive; too little was measured of their speed ({} finished tasks) to tell more",
                      alive, measured)};
}

}  // namespace

Expected<Orchestrated> Orchestrate(Database& database, const Swarm& swarm, const TaskRequest& request,
                                   std::span<const TaskRequest> parts, Orchestration strategy, const Moment& now) {
  if (auto good = Check(request); !good) return std::unexpected(std::move(good.error()));
  for (const TaskRequest& part : parts) {
    if (auto good = Check(part); !good) return std::unexpected(std::move(good.error()));
  }
  if (auto active = CheckActive(swarm); !active) return std::unexpected(std::move(active.error()));
  Orchestrated made{.chosen = strategy};
  if (strategy == Orchestration::kAdaptive) std::tie(made.chosen, made.because) = Choose(database, swarm, parts.size());
  auto graph = MakeGraph(database, swarm, parts, made.chosen);
  if (!graph) return std::unexpected(std::move(graph.error()));
  std::vector<Needed> needed;
  for (const std::string_view word : request.dependencies) {
    const auto existing = Existing(database, swarm, word);
    if (!existing) return std::unexpected(existing.error());
    needed.push_back(*existing);
  }
  const std::int64_t waits_for = Tidy(needed);

  // What the whole needs, its parts need; itself it needs its parts to end.
  const std::int64_t blockers = parts.empty() ? waits_for : std::ssize(parts);
  made.task = Insert(database, swarm, request, std::nullopt, blockers, std::ssize(parts), now.wall_ms);
  if (parts.empty()) {
    for (const Needed& other : needed) database.Execute(kDepend, other.number, made.task.number);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto& existing = graph->needs_existing[i];
    existing.insert(existing.end(), needed.begin(), needed.end());
    const std::int64_t part_blockers = Tidy(existing) + std::ssize(graph->needs[i]);
    made.parts.push_back(Insert(database, swarm, parts[i], made.task.number, part_blockers, 0, now.wall_ms));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (const Needed& other : graph->needs_existing[i]) {
      database.Execute(kDepend, other.number, made.parts[i].number);
    }
    for (const std::size_t other : graph->needs[i]) {
      database.Execute(kDepend, made.parts[other].number, made.parts[i].number);
    }
  }
  const std::int64_t newest = made.parts.empty() ? made.task.number : made.parts.back().number;
  if (auto room = CheckRoom(database, swarm, parts.size() + 1, newest); !room) {
    return std::unexpected(std::move(room.error()));
  }
  const auto begin = [&](Task& task) {
    if (task.blockers != 0 || database.error()) return;
    const bool dealt = made.chosen == Orchestration::kBalanced;
    MakeReady(database, swarm, task, now.wall_ms,
              dealt ? std::optional(LeastLoaded(database, swarm, task.required)) : std::nullopt);
  };
  if (parts.empty()) begin(made.task);
  for (Task& part : made.parts) begin(part);
  if (database.error()) return std::unexpected(*database.error());
  return made;
}

Expected<std::vector<Assigned>> DealOut(Database& database, const Swarm& swarm, std::span<const TaskRequest> requests,
                                        const Moment& now) {
  for (const TaskRequest& request : requests) {
    if (auto good = Check(request); !good) return std::unexpected(std::move(good.error()));
  }
  if (auto active = CheckActive(swarm); !active) return std::unexpected(std::move(active.error()));
  struct Worker {
    std::int64_t number = 0;
    std::string name;
    std::int64_t load = 0;
    double ms_each = 0;
    std::int64_t measured = 0;
  };
  std::vector<Worker> workers;
  double all_ms = 0;
  std::int64_t all_tasks = 0;
  for (Cursor row = database.Query(kWorkers, swarm.number, kMaxDealt); row.Next();) {
    workers.push_back(
        {.number = row.Int(0), .name = std::string(row.Text(1)), .load = row.Int(2), .measured = row.Int(3)});
    if (row.Int(3) == 0) continue;
    workers.back().ms_each = static_cast<double>(row.Int(4)) / static_cast<double>(row.Int(3));
    all_ms += static_cast<double>(row.Int(4));
    all_tasks += row.Int(3);
  }
  const double average_ms = all_tasks > 0 ? std::max(all_ms / static_cast<double>(all_tasks), 1.0) : 1.0;
  const auto can = [&](const Worker& worker, std::string_view required) {
    return required.empty() || database.Query(kCan, swarm.number, required, worker.number).Next();
  };
  std::vector<Assigned> dealt;
  for (const TaskRequest& request : requests) {
    Worker* best = nullptr;
    double best_ms = 0;
    for (Worker& worker : workers) {
      if (!can(worker, request.required)) continue;
      const double each = worker.measured > 0 ? std::max(worker.ms_each, 1.0) : average_ms;
      const double done_ms = static_cast<double>(worker.load + 1) * each;
      if (best != nullptr && best_ms <= done_ms) continue;
      best = &worker;
      best_ms = done_ms;
    }
    // What one of them needs may be another of them, made before it.
    std::vector<std::string> ids;
    std::vector<std::string_view> needed(request.dependencies.begin(), request.dependencies.end());
    ids.reserve(needed.size());
    for (std::string_view& word : needed) {
      const auto before =
          std::ranges::find(dealt, word, [](const Assigned& one) { return std::string_view(one.task.title); });
      if (before != dealt.end()) word = ids.emplace_back(before->task.id());
    }
    TaskRequest resolved = request;
    resolved.dependencies = needed;
    Assigned& assigned = dealt.emplace_back();
    auto made = Orchestrate(database, swarm, resolved, {}, Orchestration::kParallel, now);
    if (!made) return std::unexpected(std::move(made.error()));
    assigned.task = std::move(made->task);
    if (assigned.task.state == TaskState::kBlocked) {
      assigned.because = "it waits for others: whom it is given to is decided when they have succeeded";
      continue;
    }
    if (best == nullptr) {
      assigned.because = request.required.empty() ? "no agent is alive"
                                                  : fmt::format("no agent alive is registered for \"{}\"",
                                                                Printable(request.required, kShown));
      continue;
    }
    assigned.agent = best->number;
    assigned.because = best->measured > 0
                           ? fmt::format("{} in front of it, at {:.1f} s a task over {} finished", best->load,
                                         best->ms_each / 1000, best->measured)
                           : fmt::format("{} in front of it; nothing was measured of its speed yet", best->load);
    ++best->load;
    if (assigned.task.state != TaskState::kReady || assigned.task.queue == best->number) continue;
    CountQueued(database, assigned.task.queue, -1);
    MakeReady(database, swarm, assigned.task, now.wall_ms, best->number);
  }
  if (database.error()) return std::unexpected(*database.error());
  return dealt;
}

}  // namespace skep::swarm
