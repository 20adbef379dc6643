#include "swarm/routing.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kByLoad{
    "SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' AND retiring = 0 ORDER BY load, id LIMIT ?2"};
constexpr Sql kLeadsByLoad{
    "SELECT id FROM agents WHERE swarm = ?1 AND team > 0 AND state <> 'offline' AND retiring = 0 ORDER BY load, id "
    "LIMIT ?2"};
constexpr Sql kCan{"SELECT 1 FROM agent_capabilities WHERE swarm = ?1 AND capability = ?2 AND agent = ?3"};
/// The last ones registered: those of long ago are more likely to be offline.
constexpr Sql kCapable{
    "SELECT c.agent FROM agent_capabilities AS c, agents AS a WHERE c.swarm = ?1 AND c.capability = ?2 "
    "AND a.id = c.agent AND a.state <> 'offline' AND a.retiring = 0 ORDER BY c.agent DESC LIMIT 1"};
constexpr Sql kTeamCan{
    "SELECT 1 FROM agents AS a CROSS JOIN agent_capabilities AS c WHERE a.parent = ?2 AND a.state <> 'offline' "
    "AND c.swarm = ?1 AND c.capability = ?3 AND c.agent = a.id LIMIT 1"};
constexpr Sql kParentOf{"SELECT parent FROM agents WHERE id = ?1"};
constexpr Sql kTeamAlive{"SELECT 1 FROM agents WHERE parent = ?1 AND state <> 'offline' LIMIT 1"};
constexpr Sql kTakes{"SELECT 1 FROM agents WHERE id = ?1 AND state <> 'offline' AND retiring = 0"};
constexpr Sql kFirstAlive{
    "SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' AND retiring = 0 AND id > ?2 ORDER BY id LIMIT 1"};
constexpr Sql kFirstCapable{
    "SELECT c.agent FROM agent_capabilities AS c, agents AS a WHERE c.swarm = ?1 AND c.capability = ?3 "
    "AND c.agent > ?2 AND a.id = c.agent AND a.state <> 'offline' AND a.retiring = 0 ORDER BY c.agent LIMIT 1"};
constexpr Sql kCountCapable{
    "SELECT count(*) FROM agent_capabilities AS c, agents AS a WHERE c.swarm = ?1 AND c.capability = ?2 "
    "AND a.id = c.agent AND a.state <> 'offline'"};
constexpr Sql kBest{
    "SELECT id, rank FROM tasks WHERE swarm = ?1 AND queue = ?2 AND requires = ?3 AND state = 'ready' "
    "AND not_before_ms = 0 ORDER BY rank LIMIT 1"};
constexpr Sql kBestAnywhere{
    "SELECT id, rank, queue FROM tasks WHERE swarm = ?1 AND requires = ?2 AND state = 'ready' AND not_before_ms = 0 "
    "ORDER BY rank LIMIT 1"};
constexpr Sql kLongest{"SELECT id FROM agents WHERE swarm = ?1 AND queued > 0 ORDER BY queued DESC LIMIT ?2"};
constexpr Sql kCount{"UPDATE agents SET queued = queued + ?2, load = load + ?2 WHERE id = ?1"};

std::optional<std::int64_t> First(Cursor row) {
  if (!row.Next() || row.IsNull(0)) return std::nullopt;
  return row.Int(0);
}

bool IsCapable(Database& database, const Swarm& swarm, std::int64_t agent, std::string_view required) {
  return required.empty() || First(database.Query(kCan, swarm.number, required, agent)).has_value();
}

/// A lead for a task: of those with the least to do, the first under whom somebody (or who himself) is capable of it.
std::int64_t ChooseLead(Database& database, const Swarm& swarm, std::string_view required) {
  std::array<std::int64_t, limits::kRouteCandidates> leads{};
  std::size_t count = 0;
  for (Cursor row = database.Query(kLeadsByLoad, swarm.number, limits::kRouteCandidates); row.Next();) {
    leads[count++] = row.Int(0);
  }
  for (const std::int64_t lead : std::span(leads).first(count)) {
    // One whose team has gone may be one who plans, and never claims.
    const bool team = (required.empty() ? First(database.Query(kTeamAlive, lead))
                                        : First(database.Query(kTeamCan, swarm.number, lead, required)))
                          .has_value();
    if (team || (!required.empty() && IsCapable(database, swarm, lead, required))) return lead;
  }
  const auto capable = First(database.Query(kCapable, swarm.number, required));
  if (!capable) return 0;
  return First(database.Query(kParentOf, *capable)).value_or(*capable);
}

/// Whether somebody alive may take what lies in an agent's queue, and is capable of it.
bool HasTaker(Database& database, const Swarm& swarm, std::int64_t queue, std::string_view required) {
  if (First(database.Query(kTakes, queue)) && IsCapable(database, swarm, queue, required)) return true;
  if (swarm.wiring() != Topology::kHierarchical) return false;
  return (required.empty() ? First(database.Query(kTeamAlive, queue))
                           : First(database.Query(kTeamCan, swarm.number, queue, required)))
      .has_value();
}

/// In a hierarchy: whether an agent takes from the swarm's own queue. What takes a capability is only there when nobody
/// alive had it: then it is for the first who comes with it.
bool IsAtTop(Database& database, const Agent& agent) {
  return !agent.parent || !First(database.Query(kTakes, *agent.parent));
}

/// The most urgent of several candidates.
class Best {
 public:
  Best(Database& database, const Swarm& swarm, const Agent& agent)
      : database_(database), swarm_(swarm), agent_(agent) {}

  /// Looks into one queue.
  void Look(std::int64_t queue) {
    ForEachCapability([&](std::string_view required) {
      Cursor row = database_.Query(kBest, swarm_.number, queue, required);
      if (row.Next()) Offer(row.Int(0), row.Int(1), queue);
    });
  }
  /// Looks into all.
  void LookAnywhere() {
    ForEachCapability([&](std::string_view required) {
      Cursor row = database_.Query(kBestAnywhere, swarm_.number, required);
      if (row.Next()) Offer(row.Int(0), row.Int(1), row.Int(2));
    });
  }
  /// Looks, for each capability, at the most urgent of all, and takes it if it lies where nobody can.
  void LookForOrphans() {
    ForEachCapability([&](std::string_view required) {
      Candidate first;
      std::int64_t rank = 0;
      {
        Cursor row = database_.Query(kBestAnywhere, swarm_.number, required);
        if (!row.Next()) return;
        first = {.task = row.Int(0), .queue = row.Int(2)};
        rank = row.Int(1);
      }
      const bool orphan = first.queue != 0 ? !HasTaker(database_, swarm_, first.queue, required) : !required.empty();
      if (orphan) Offer(first.task, rank, first.queue);
    });
  }
  const std::optional<Candidate>& found() const { return found_; }

 private:
  template <class Visit>
  void ForEachCapability(const Visit& visit) {
    visit(std::string_view());
    for (const std::string& capability : agent_.capabilities) visit(std::string_view(capability));
  }
  void Offer(std::int64_t task, std::int64_t rank, std::int64_t queue) {
    if (found_ && rank_ <= rank) return;
    found_ = {.task = task, .queue = queue};
    rank_ = rank;
  }

  Database& database_;
  const Swarm& swarm_;
  const Agent& agent_;
  std::optional<Candidate> found_;
  std::int64_t rank_ = 0;
};

std::string AgentId(std::int64_t number) { return FormatId("ag", number); }

}  // namespace

std::int64_t NextInRing(Database& database, const Swarm& swarm, std::int64_t agent, std::string_view required) {
  const auto after = [&](std::int64_t number) {
    return required.empty() ? First(database.Query(kFirstAlive, swarm.number, number))
                            : First(database.Query(kFirstCapable, swarm.number, number, required));
  };
  if (const auto next = after(agent)) return *next;
  return after(0).value_or(0);
}

std::int64_t CountStages(Database& database, const Swarm& swarm, std::string_view required) {
  const std::int64_t agents =
      required.empty() ? swarm.alive_agents : First(database.Query(kCountCapable, swarm.number, required)).value_or(0);
  return std::max<std::int64_t>(agents, 1);
}

bool AnyoneIsCapable(Database& database, const Swarm& swarm, std::string_view required) {
  return First(database.Query(kCapable, swarm.number, required)).has_value();
}

std::int64_t LeastLoaded(Database& database, const Swarm& swarm, std::string_view required) {
  std::array<std::int64_t, limits::kRouteCandidates> agents{};
  std::size_t count = 0;
  for (Cursor row = database.Query(kByLoad, swarm.number, limits::kRouteCandidates); row.Next();) {
    agents[count++] = row.Int(0);
  }
  for (const std::int64_t agent : std::span(agents).first(count)) {
    if (IsCapable(database, swarm, agent, required)) return agent;
  }
  if (required.empty()) return 0;
  return First(database.Query(kCapable, swarm.number, required)).value_or(0);
}

std::int64_t ChooseQueue(Database& database, const Swarm& swarm, const Task& task) {
  switch (swarm.wiring()) {
    case Topology::kMesh:
      return LeastLoaded(database, swarm, task.required);
    case Topology::kHierarchical:
      return ChooseLead(database, swarm, task.required);
    case Topology::kRing:
      // The first stage is the first agent's; each further one is its successor's.
      return NextInRing(database, swarm, task.stage == 0 ? 0 : task.owner, task.required);
    default:
      return 0;
  }
}

std::optional<Candidate> BestCandidate(Database& database, const Swarm& swarm, const Agent& agent) {
  Best best(database, swarm, agent);
  best.Look(agent.number);
  switch (swarm.wiring()) {
    case Topology::kHierarchical:
      if (agent.parent) best.Look(*agent.parent);
      if (IsAtTop(database, agent)) best.Look(0);
      break;
    case Topology::kRing:
      // What found no agent when it became ready is whoever's comes first.
      if (!best.found()) best.Look(0);
      break;
    case Topology::kMesh: {
      if (best.found()) return best.found();
      best.Look(0);
      if (best.found()) return best.found();
      std::array<std::int64_t, limits::kRouteCandidates> peers{};
      std::size_t count = 0;
      for (Cursor row = database.Query(kLongest, swarm.number, limits::kRouteCandidates); row.Next();) {
        peers[count++] = row.Int(0);
      }
      for (const std::int64_t peer : std::span(peers).first(count)) {
        best.Look(peer);
        if (best.found()) return best.found();
      }
      // The longest queues hold nothing for it: another may.
      if (count == peers.size()) best.LookAnywhere();
      return best.found();
    }
    default:
      best.Look(0);
      break;
  }
  if (!best.found()) best.LookForOrphans();
  return best.found();
}

std::optional<std::string> WhyNot(Database& database, const Swarm& swarm, const Agent& agent, const Task& task) {
  if (!task.required.empty() && std::ranges::find(agent.capabilities, task.required) == agent.capabilities.end()) {
    return fmt::format("it takes the capability \"{}\", which {} was not registered with", Printable(task.required),
                       agent.id());
  }
  if (task.queue == agent.number || task.queue == 0) {
    if (task.queue == 0 && swarm.wiring() == Topology::kHierarchical && task.required.empty() &&
        !IsAtTop(database, agent)) {
      return fmt::format("it was given to no lead, so it is for agents without one; ask your lead, {}",
                         AgentId(*agent.parent));
    }
    return std::nullopt;
  }
  if (!HasTaker(database, swarm, task.queue, task.required)) return std::nullopt;
  switch (swarm.wiring()) {
    case Topology::kHierarchical:
      if (agent.parent == task.queue) return std::nullopt;
      return fmt::format("it was given to lead {}, and is for that team; claim without taskId to get work of yours",
                         AgentId(task.queue));
    case Topology::kRing:
      return fmt::format("its stage {} of {} is {}'s in the ring; claim without taskId to get work of yours",
                         task.stage + 1, task.stages, AgentId(task.queue));
    case Topology::kStar:
      return fmt::format("it was assigned to {}", AgentId(task.queue));
    default:
      return std::nullopt;
  }
}

void CountQueued(Database& database, std::int64_t agent, std::int64_t tasks) {
  if (agent != 0) database.Execute(kCount, agent, tasks);
}

}  // namespace skep::swarm
