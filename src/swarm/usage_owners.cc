#include "swarm/usage_owners.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Sql;

/// Agents of one client's session that are looked at.
constexpr std::int64_t kMostAgents = 64;
/// Ended tasks that are looked at, once in a transaction: 2 ms. Telemetry comes a minute late at most.
constexpr std::int64_t kMostEnded = 4000;

constexpr Sql kAgentsOf{
    "SELECT a.id, a.swarm, a.state, a.task FROM sessions AS s, agents AS a WHERE s.client_session = ?1 "
    "AND s.client_session <> '' AND a.session = s.id AND a.session > 0 ORDER BY s.id DESC, a.id DESC LIMIT ?2"};
constexpr Sql kHeld{"SELECT claimed_ms FROM tasks WHERE id = ?1 AND owner = ?2 AND state = 'claimed'"};
constexpr Sql kEnded{
    "SELECT owner, id, claimed_ms, finished_ms FROM tasks WHERE finished_ms > 0 ORDER BY finished_ms DESC LIMIT ?1"};

}  // namespace

void UsageOwners::Attribute(UsageRecord& record) {
  if (record.client_session.empty()) return;
  const Owner& owner = OwnerOf(record.client_session);
  record.swarm = owner.swarm;
  record.agent = owner.agent;
  if (owner.agent == 0) return;
  const std::int64_t since_ms = record.since_ms == 0 ? record.at_ms : record.since_ms;
  if (owner.task != 0 && owner.claimed_ms <= since_ms) {
    record.task = owner.task;
    return;
  }
  for (const Ended& ended : EndedBy(owner.agent)) {
    if (ended.finished_ms < record.at_ms) break;
    if (ended.claimed_ms > 0 && ended.claimed_ms <= since_ms) record.task = ended.task;
  }
}

const UsageOwners::Owner& UsageOwners::OwnerOf(const std::string& client_session) {
  const auto [place, is_new] = owners_.try_emplace(client_session);
  if (is_new) place->second = Find(client_session);
  return place->second;
}

UsageOwners::Owner UsageOwners::Find(const std::string& client_session) const {
  struct Candidate {
    std::int64_t agent = 0;
    std::int64_t task = 0;
  };
  Owner owner;
  bool one_swarm = true;
  std::vector<Candidate> alive;
  std::vector<Candidate> all;
  for (Cursor row = database_.Query(kAgentsOf, client_session, kMostAgents); row.Next();) {
    one_swarm = one_swarm && (owner.swarm == 0 || owner.swarm == row.Int(1));
    owner.swarm = row.Int(1);
    all.push_back({.agent = row.Int(0), .task = row.Int(3)});
    if (row.Text(2) != "offline") alive.push_back(all.back());
  }
  if (!one_swarm) owner.swarm = 0;
  const std::vector<Candidate>& candidates = alive.empty() ? all : alive;
  if (candidates.size() != 1) return owner;
  const Candidate& only = candidates.front();
  owner.agent = only.agent;
  if (only.task == 0) return owner;
  if (Cursor held = database_.Query(kHeld, only.task, only.agent); held.Next()) {
    owner.task = only.task;
    owner.claimed_ms = held.Int(0);
  }
  return owner;
}

const std::vector<UsageOwners::Ended>& UsageOwners::EndedBy(std::int64_t agent) {
  if (!ended_) {
    ended_.emplace();
    for (Cursor row = database_.Query(kEnded, kMostEnded); row.Next();) {
      (*ended_)[row.Int(0)].push_back({.task = row.Int(1), .claimed_ms = row.Int(2), .finished_ms = row.Int(3)});
    }
  }
  return (*ended_)[agent];
}

}  // namespace skep::swarm
