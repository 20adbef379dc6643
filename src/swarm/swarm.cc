#include "swarm/swarm.h"

#include <fmt/format.h>

#include <utility>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "swarm/name.h"
#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr std::string_view kIdPrefix = "sw";
/// Names that a suggestion is chosen from.
constexpr int kCandidates = 200;
/// Bytes of a name that an error repeats.
constexpr std::size_t kShown = 100;

constexpr Sql kSwarm{
    "SELECT name, topology, strategy, max_agents, alive_agents, objective, status, created_ms, destroyed_ms, mode, "
    "looked_ms FROM swarms WHERE id = ?1"};
constexpr Sql kInsert{
    "INSERT INTO swarms (name, topology, strategy, max_agents, objective, created_ms, mode) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'mesh')"};
constexpr Sql kActiveNamed{"SELECT id FROM swarms WHERE status = 'active' AND name = ?1"};
constexpr Sql kNewestNamed{"SELECT id FROM swarms WHERE name = ?1 ORDER BY id DESC LIMIT 1"};
constexpr Sql kActiveNames{"SELECT name FROM swarms WHERE status = 'active' ORDER BY id DESC LIMIT ?1"};
constexpr Sql kNewestActive{"SELECT id FROM swarms WHERE status = 'active' ORDER BY id DESC LIMIT 1"};
constexpr Sql kList{"SELECT id FROM swarms ORDER BY CASE status WHEN 'active' THEN 0 ELSE 1 END, id DESC LIMIT ?1"};
constexpr Sql kActiveAfter{"SELECT id FROM swarms WHERE status = 'active' AND id > ?1 ORDER BY id LIMIT ?2"};
constexpr Sql kCensus{
    "SELECT count(*), coalesce(sum(alive_agents), 0), (SELECT count(*) FROM swarms) FROM swarms "
    "WHERE status = 'active'"};
constexpr Sql kSetMaxAgents{"UPDATE swarms SET max_agents = ?2 WHERE id = ?1"};
constexpr Sql kDestroy{"UPDATE swarms SET status = 'destroyed', destroyed_ms = ?2, alive_agents = 0 WHERE id = ?1"};
constexpr Sql kAgentsOffline{
    "UPDATE agents SET state = 'offline', task = 0, queued = 0, load = 0 WHERE swarm = ?1 AND state <> 'offline'"};
constexpr Sql kCancelTasks{
    "UPDATE tasks SET state = 'cancelled', not_before_ms = 0, finished_ms = ?2, note = 'its swarm was destroyed' "
    "WHERE swarm = ?1 AND state IN ('blocked', 'ready', 'claimed')"};
constexpr Sql kDropLeases{"DELETE FROM leases WHERE swarm = ?1"};

std::optional<std::int64_t> First(Cursor cursor) {
  if (!cursor.Next()) return std::nullopt;
  return cursor.Int(0);
}

std::optional<Swarm> Read(Database& database, std::int64_t number) {
  Cursor row = database.Query(kSwarm, number);
  if (!row.Next()) return std::nullopt;
  return Swarm{.number = number,
               .name = std::string(row.Text(0)),
               .topology = ReadEnum<Topology>(database, row.Text(1)),
               .mode = row.Text(9).empty() ? Topology::kMesh : ReadEnum<Topology>(database, row.Text(9)),
               .strategy = ReadEnum<Strategy>(database, row.Text(2)),
               .max_agents = row.Int(3),
               .alive_agents = row.Int(4),
               .objective = std::string(row.Text(5)),
               .status = ReadEnum<SwarmStatus>(database, row.Text(6)),
               .created_ms = row.Int(7),
               .destroyed_ms = row.Int(8),
               .looked_ms = row.Int(10)};
}

Expected<void> Check(const SwarmRequest& request) {
  if (request.max_agents < 1 || request.max_agents > limits::kMaxAgents) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a swarm may have 1 to {} agents, got {}", limits::kMaxAgents, request.max_agents));
  }
  if (request.objective.size() > limits::kMaxObjective) {
    return Fail(ErrorCode::kTooLarge, fmt::format("an objective may have {} bytes, this one has {}",
                                                  limits::kMaxObjective, request.objective.size()));
  }
  if (!request.name.empty()) return CheckName("a swarm's name", request.name);
  return {};
}

std::unexpected<Error> NotFound(Database& database, std::string_view word) {
  const std::string shown = Printable(word, kShown);
  if (ParseId(kIdPrefix, word)) return Fail(ErrorCode::kNotFound, fmt::format("there is no swarm {}", shown));
  if (const auto destroyed = First(database.Query(kNewestNamed, word))) {
    return Fail(ErrorCode::kNotFound, fmt::format("swarm \"{}\" was destroyed; it is still found by its id, {}", shown,
                                                  FormatId(kIdPrefix, *destroyed)));
  }
  std::vector<std::string> names;
  for (Cursor cursor = database.Query(kActiveNames, kCandidates); cursor.Next();) names.emplace_back(cursor.Text(0));
  if (names.empty()) return Fail(ErrorCode::kNotFound, fmt::format("no swarm is active, so none is \"{}\"", shown));
  return Fail(ErrorCode::kNotFound, fmt::format("no active swarm is \"{}\"{}", shown, DidYouMean(word, names)));
}

}  // namespace

std::string Swarm::id() const { return FormatId(kIdPrefix, number); }

Expected<Swarm> CreateSwarm(Database& database, const SwarmRequest& request, std::int64_t now_ms) {
  if (auto good = Check(request); !good) return std::unexpected(std::move(good.error()));
  const auto holder = [&](std::string_view name) { return First(database.Query(kActiveNamed, name)); };
  Swarm swarm{.name = std::string(request.name),
              .topology = request.topology,
              .strategy = request.strategy == Strategy::kAdaptive ? Strategy::kAuto : request.strategy,
              .max_agents = request.max_agents,
              .objective = std::string(request.objective),
              .created_ms = now_ms};
  if (swarm.name.empty()) {
    swarm.name = FirstFreeName(NameOf(request.topology), [&](const std::string& name) { return !!holder(name); });
  } else if (const auto number = holder(swarm.name)) {
    return Fail(ErrorCode::kConflict, fmt::format("swarm {} is active under the name \"{}\": use it, destroy it, or "
                                                  "choose another name",
                                                  FormatId(kIdPrefix, *number), Printable(swarm.name)));
  }
  database.Execute(kInsert, swarm.name, NameOf(swarm.topology), NameOf(swarm.strategy), swarm.max_agents,
                   swarm.objective, now_ms);
  if (database.error()) return std::unexpected(*database.error());
  swarm.number = database.last_insert_id();
  return swarm;
}

Expected<Swarm> FindSwarm(Database& database, std::string_view id_or_name) {
  auto number = ParseId(kIdPrefix, id_or_name);
  if (!number) number = First(database.Query(kActiveNamed, id_or_name));
  auto swarm = number ? Read(database, *number) : std::nullopt;
  if (database.error()) return std::unexpected(*database.error());
  if (!swarm) return NotFound(database, id_or_name);
  return *std::move(swarm);
}

std::optional<Swarm> NewestActive(Database& database) {
  const auto number = First(database.Query(kNewestActive));
  return number ? Read(database, *number) : std::nullopt;
}

std::vector<Swarm> ListSwarms(Database& database, std::int64_t limit) {
  std::vector<Swarm> swarms;
  for (Cursor cursor = database.Query(kList, limit); cursor.Next();) {
    if (auto swarm = Read(database, cursor.Int(0))) swarms.push_back(*std::move(swarm));
  }
  return swarms;
}

std::vector<Swarm> ListActive(Database& database, std::int64_t after, std::int64_t limit) {
  std::vector<Swarm> swarms;
  for (Cursor cursor = database.Query(kActiveAfter, after, limit); cursor.Next();) {
    if (auto swarm = Read(database, cursor.Int(0))) swarms.push_back(*std::move(swarm));
  }
  return swarms;
}

Census TakeCensus(Database& database) {
  Cursor row = database.Query(kCensus);
  if (!row.Next()) return {};
  return {.swarms = row.Int(2), .active_swarms = row.Int(0), .agents = row.Int(1)};
}

void SetMaxAgents(Database& database, const Swarm& swarm, std::int64_t max_agents) {
  database.Execute(kSetMaxAgents, swarm.number, max_agents);
}

Expected<Destroyed> DestroySwarm(Database& database, std::string_view id_or_name, std::int64_t now_ms) {
  auto swarm = FindSwarm(database, id_or_name);
  if (!swarm) return std::unexpected(std::move(swarm.error()));
  if (swarm->status == SwarmStatus::kDestroyed) {
    return Fail(ErrorCode::kConflict, fmt::format("swarm {} was destroyed before", swarm->id()));
  }
  database.Execute(kDestroy, swarm->number, now_ms);
  const std::int64_t agents = database.Execute(kAgentsOffline, swarm->number);
  const std::int64_t tasks = database.Execute(kCancelTasks, swarm->number, now_ms);
  const std::int64_t leases = database.Execute(kDropLeases, swarm->number);
  if (database.error()) return std::unexpected(*database.error());
  swarm->status = SwarmStatus::kDestroyed;
  swarm->destroyed_ms = now_ms;
  swarm->alive_agents = 0;
  return Destroyed{.swarm = *std::move(swarm), .agents = agents, .tasks = tasks, .leases = leases};
}

}  // namespace skep::swarm
