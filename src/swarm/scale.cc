#include "swarm/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "swarm/task_flow.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kStaying{"SELECT count(*) FROM agents WHERE swarm = ?1 AND state <> 'offline' AND retiring = 0"};
constexpr Sql kTypes{
    "SELECT type, count(*) AS agents FROM agents WHERE swarm = ?1 AND state <> 'offline' AND retiring = 0 "
    "AND type <> 'coordinator' GROUP BY type ORDER BY agents DESC, type"};
constexpr Sql kWork{
    "SELECT count(*) FROM (SELECT 1 FROM tasks WHERE swarm = ?1 AND state IN ('ready', 'claimed') LIMIT ?2)"};
/// A coordinator is the last to go: others hang on it.
constexpr Sql kIdle{
    "SELECT id FROM agents WHERE swarm = ?1 AND state = 'idle' AND task = 0 AND retiring = 0 "
    "ORDER BY type = 'coordinator', id DESC LIMIT ?2"};
constexpr Sql kWorking{
    "SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' AND task <> 0 AND retiring = 0 "
    "ORDER BY type = 'coordinator', id DESC LIMIT ?2"};
constexpr Sql kLeaving{
    "SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' AND retiring = 1 ORDER BY id LIMIT ?2"};
constexpr Sql kRetire{"UPDATE agents SET retiring = ?2 WHERE id = ?1"};

std::int64_t One(Cursor row) { return row.Next() ? row.Int(0) : 0; }

std::vector<std::int64_t> Ids(Cursor row) {
  std::vector<std::int64_t> ids;
  while (row.Next()) ids.push_back(row.Int(0));
  return ids;
}

/// The types of `count` new agents, so that the proportions stay as they are.
std::vector<std::string> ChooseTypes(Database& database, const Swarm& swarm, std::int64_t count) {
  struct Share {
    std::string type;
    std::int64_t agents;
  };
  std::vector<Share> shares;
  for (Cursor row = database.Query(kTypes, swarm.number); row.Next();) {
    shares.push_back({std::string(row.Text(0)), row.Int(1)});
  }
  if (shares.empty()) {
    shares = {{"coder", 1}};
    if (swarm.strategy == Strategy::kSpecialized) shares = {{"coder", 2}, {"tester", 1}, {"reviewer", 1}};
  }
  std::vector<std::int64_t> added(shares.size());
  std::vector<std::string> types;
  for (std::int64_t i = 0; i < count; ++i) {
    // Whose share has fallen behind most.
    std::size_t best = 0;
    for (std::size_t j = 1; j < shares.size(); ++j) {
      if (added[j] * shares[best].agents < added[best] * shares[j].agents) best = j;
    }
    ++added[best];
    types.push_back(shares[best].type);
  }
  return types;
}

}  // namespace

Expected<Scaled> Scale(Database& database, const Swarm& swarm, std::int64_t target, ScaleStrategy strategy,
                       std::int64_t now_ms) {
  if (target > swarm.max_agents) {
    return Fail(ErrorCode::kConflict,
                fmt::format("swarm {} may have {} agents (maxAgents): ask for that many at most, or start a swarm with "
                            "a larger maxAgents",
                            swarm.id(), swarm.max_agents));
  }
  if (swarm.status == SwarmStatus::kDestroyed) {
    return Fail(ErrorCode::kConflict, fmt::format("swarm {} was destroyed: start another with swarm_init", swarm.id()));
  }
  Scaled scaled{.before = One(database.Query(kStaying, swarm.number))};
  std::int64_t aim = target;
  if (strategy == ScaleStrategy::kAdaptive) {
    const std::int64_t work = One(database.Query(kWork, swarm.number, limits::kMaxAgents));
    aim = target > scaled.before ? std::clamp(work, scaled.before, target) : std::clamp(work, target, scaled.before);
    if (aim != target) scaled.note = fmt::format("{} tasks are ready or worked on, so {} agents do", work, aim);
  } else if (strategy == ScaleStrategy::kGradual) {
    const std::int64_t way = target - scaled.before;
    aim = scaled.before + (way > 0 ? (way + 1) / 2 : (way - 1) / 2);
    if (aim != target) scaled.note = fmt::format("half of the way: call again for the rest, up to {}", target);
  }
  if (aim > scaled.before) {
    // Those who were about to leave stay.
    const std::vector<std::int64_t> kept = Ids(database.Query(kLeaving, swarm.number, aim - scaled.before));
    for (const std::int64_t agent : kept) database.Execute(kRetire, agent, false);
    for (const std::string& type : ChooseTypes(database, swarm, aim - scaled.before - std::ssize(kept))) {
      auto agent = SpawnAgent(database, swarm, {.type = type, .name = "", .capabilities = {}, .parent = ""}, now_ms);
      if (!agent) return std::unexpected(std::move(agent.error()));
      scaled.spawned.push_back(*std::move(agent));
    }
  } else if (aim < scaled.before) {
    scaled.retired = Ids(database.Query(kIdle, swarm.number, scaled.before - aim));
    for (const std::int64_t agent : scaled.retired) database.Execute(kRetire, agent, true);
    TakeOffline(database, scaled.retired, {.wall_ms = now_ms});
    const std::int64_t more = scaled.before - aim - std::ssize(scaled.retired);
    if (more > 0) scaled.retiring = Ids(database.Query(kWorking, swarm.number, more));
    for (const std::int64_t agent : scaled.retiring) database.Execute(kRetire, agent, true);
  }
  scaled.after = One(database.Query(kStaying, swarm.number));
  if (database.error()) return std::unexpected(*database.error());
  return scaled;
}

}  // namespace skep::swarm
