#include "swarm/reach.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/printable.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// Agents that a refusal names; there may be a thousand children.
constexpr std::int64_t kNamed = 5;

constexpr Sql kName{"SELECT name FROM agents WHERE id = ?1"};
constexpr Sql kOldestCoordinator{
    "SELECT id FROM agents WHERE swarm = ?1 AND type = 'coordinator' AND state <> 'offline' ORDER BY id LIMIT 1"};
constexpr Sql kOldest{"SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' ORDER BY id LIMIT 1"};
constexpr Sql kYoungest{"SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' ORDER BY id DESC LIMIT 1"};
constexpr Sql kAfter{"SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' AND id > ?2 ORDER BY id LIMIT 1"};
constexpr Sql kBefore{
    "SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' AND id < ?2 ORDER BY id DESC LIMIT 1"};
constexpr Sql kOthers{
    "SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' AND id <> ?2 ORDER BY id LIMIT ?3"};
constexpr Sql kAlive{"SELECT id FROM agents WHERE id = ?1 AND state <> 'offline'"};
constexpr Sql kChildren{"SELECT id FROM agents WHERE parent = ?1 AND state <> 'offline' ORDER BY id LIMIT ?2"};

/// 0: there is none.
std::int64_t First(Cursor cursor) { return cursor.Next() ? cursor.Int(0) : 0; }

std::int64_t Hub(Database& database, const Swarm& swarm) {
  const std::int64_t coordinator = First(database.Query(kOldestCoordinator, swarm.number));
  return coordinator != 0 ? coordinator : First(database.Query(kOldest, swarm.number));
}

void Append(Cursor rows, std::vector<std::int64_t>& to) {
  while (rows.Next()) to.push_back(rows.Int(0));
}

/// The one before and the one after, which may be the same.
std::vector<std::int64_t> Neighbours(Database& database, const Swarm& swarm, std::int64_t agent) {
  std::int64_t before = First(database.Query(kBefore, swarm.number, agent));
  std::int64_t after = First(database.Query(kAfter, swarm.number, agent));
  if (before == 0) before = First(database.Query(kYoungest, swarm.number));
  if (after == 0) after = First(database.Query(kOldest, swarm.number));
  std::vector<std::int64_t> both = {before};
  if (after != before) both.push_back(after);
  std::erase_if(both, [&](std::int64_t each) { return each == 0 || each == agent; });
  return both;
}

std::string Label(Database& database, std::int64_t agent) {
  Cursor row = database.Query(kName, agent);
  return fmt::format("{} (\"{}\")", FormatId("ag", agent), row.Next() ? Printable(row.Text(0)) : "");
}

/// `ag_000001 ("ada"), ag_000002 ("bob"), …`
std::string Labels(Database& database, const std::vector<std::int64_t>& agents) {
  std::vector<std::string> labels;
  labels.reserve(agents.size());
  for (const std::int64_t agent : agents) labels.push_back(Label(database, agent));
  return fmt::format("{}", fmt::join(labels, ", "));
}

std::string_view InA(Topology topology) {
  switch (topology) {
    case Topology::kStar:
      return "in a star only the hub is within reach";
    case Topology::kHierarchical:
      return "in a hierarchy only an agent's parent and its children are within reach";
    case Topology::kRing:
      return "in a ring only an agent's two neighbours are within reach";
    default:
      return "that agent is not within reach";
  }
}

}  // namespace

std::vector<std::int64_t> Reachable(Database& database, const Swarm& swarm, const Agent& from, std::int64_t limit) {
  std::vector<std::int64_t> agents;
  const auto others = [&] { Append(database.Query(kOthers, swarm.number, from.number, limit), agents); };
  switch (swarm.wiring()) {
    case Topology::kStar:
      if (const std::int64_t hub = Hub(database, swarm); hub == from.number) {
        others();
      } else if (hub != 0) {
        agents.push_back(hub);
      }
      break;
    case Topology::kHierarchical:
      if (from.parent) Append(database.Query(kAlive, *from.parent), agents);
      Append(database.Query(kChildren, from.number, limit - std::ssize(agents)), agents);
      break;
    case Topology::kRing:
      agents = Neighbours(database, swarm, from.number);
      break;
    case Topology::kMesh:
    case Topology::kAdaptive:
      others();
      break;
  }
  return agents;
}

Expected<void> MayMessage(Database& database, const Swarm& swarm, const Agent& from, const Agent& to) {
  if (from.number == to.number) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} would write to itself: notes belong in memory_usage", Label(database, from.number)));
  }
  bool may = true;
  switch (swarm.wiring()) {
    case Topology::kStar: {
      const std::int64_t hub = Hub(database, swarm);
      may = hub == from.number || hub == to.number;
      break;
    }
    case Topology::kHierarchical:
      may = from.parent == to.number || to.parent == from.number;
      break;
    case Topology::kRing:
      may = std::ranges::count(Neighbours(database, swarm, from.number), to.number) > 0;
      break;
    case Topology::kMesh:
    case Topology::kAdaptive:
      break;
  }
  if (may) return {};
  const std::vector<std::int64_t> reached = Reachable(database, swarm, from, kNamed);
  return Fail(ErrorCode::kConflict,
              fmt::format("{} may not write to {}: {}; {}", Label(database, from.number), Label(database, to.number),
                          InA(swarm.wiring()),
                          reached.empty() ? "nobody is, for now"
                                          : "write to " + Labels(database, reached) + ", who can pass it on"));
}

}  // namespace skep::swarm
