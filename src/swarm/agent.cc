#include "swarm/agent.h"

#include <fmt/format.h>

#include <algorithm>
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

constexpr std::string_view kIdPrefix = "ag";
constexpr std::string_view kSwarmPrefix = "sw";
/// Names that a suggestion is chosen from.
constexpr int kCandidates = 200;
/// Bytes of a name that an error repeats.
constexpr std::size_t kShown = 100;

constexpr Sql kAgent{
    "SELECT swarm, type, name, capabilities, parent, state, created_ms, session, task, retiring, succeeded, failed, "
    "busy_ms, breaker_failures, breaker_until_ms, breaker_opened FROM agents WHERE id = ?1"};
/// Whether a session is open, and whose.
constexpr Sql kOpenSession{"SELECT client FROM sessions WHERE id = ?1 AND closed_ms = 0"};
constexpr Sql kHoldsLease{"SELECT 1 FROM leases WHERE agent = ?1 LIMIT 1"};
constexpr Sql kSwarmOf{"SELECT swarm FROM agents WHERE id = ?1"};
constexpr Sql kBind{"UPDATE agents SET session = ?2, seen_ms = ?3, state = ?4 WHERE id = ?1"};
constexpr Sql kInsertCapability{"INSERT INTO agent_capabilities (swarm, capability, agent) VALUES (?1, ?2, ?3)"};
constexpr Sql kGrowTeam{"UPDATE agents SET team = team + 1 WHERE id = ?1"};
constexpr Sql kNamed{"SELECT id FROM agents WHERE swarm = ?1 AND name = ?2"};
constexpr Sql kNamedAnywhere{
    "SELECT a.id FROM swarms AS s JOIN agents AS a ON a.swarm = s.id AND a.name = ?1 WHERE s.status = 'active' "
    "ORDER BY a.id DESC LIMIT 2"};
constexpr Sql kNames{"SELECT name FROM agents WHERE swarm = ?1 ORDER BY id DESC LIMIT ?2"};
constexpr Sql kPage{"SELECT id FROM agents WHERE swarm = ?1 AND id > ?2 ORDER BY id LIMIT ?3"};
constexpr Sql kAlive{"SELECT id FROM agents WHERE swarm = ?1 AND state <> 'offline' ORDER BY id LIMIT ?2"};
constexpr Sql kOffline{"SELECT id FROM agents WHERE swarm = ?1 AND +state = 'offline' ORDER BY id DESC LIMIT ?2"};
constexpr Sql kCoordinator{
    "SELECT id FROM agents WHERE swarm = ?1 AND type = 'coordinator' AND state <> 'offline' ORDER BY id LIMIT 1"};
constexpr Sql kCounts{"SELECT type, state, count(*) FROM agents WHERE swarm = ?1 GROUP BY type, state ORDER BY type"};
/// The swarm's count is its lock: two that spawn at once cannot both take the last place.
constexpr Sql kTakePlace{
    "UPDATE swarms SET alive_agents = alive_agents + 1 "
    "WHERE id = ?1 AND status = 'active' AND alive_agents < max_agents"};
constexpr Sql kInsert{
    "INSERT INTO agents (swarm, type, name, capabilities, parent, created_ms, session, seen_ms, claims, released, "
    "timed_out, abandoned, messages_sent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, 0, 0, 0, 0, 0)"};

std::optional<std::int64_t> First(Cursor cursor) {
  if (!cursor.Next()) return std::nullopt;
  return cursor.Int(0);
}

/// Capabilities are stored one per line.
std::string Join(const std::vector<std::string>& capabilities) {
  return fmt::format("{}", fmt::join(capabilities, "\n"));
}

std::vector<std::string> Split(std::string_view lines) {
  std::vector<std::string> capabilities;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    capabilities.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return capabilities;
}

std::optional<Agent> Read(Database& database, std::int64_t number) {
  Cursor row = database.Query(kAgent, number);
  if (!row.Next()) return std::nullopt;
  return Agent{.number = number,
               .swarm = row.Int(0),
               .type = std::string(row.Text(1)),
               .name = std::string(row.Text(2)),
               .capabilities = Split(row.Text(3)),
               .parent = row.OptInt(4),
               .state = ReadEnum<AgentState>(database, row.Text(5)),
               .session = row.Int(7),
               .task = row.Int(8),
               .retiring = row.Int(9) != 0,
               .succeeded = row.Int(10),
               .failed = row.Int(11),
               .busy_ms = row.Int(12),
               .breaker = {.failures = row.Int(13), .until_ms = row.Int(14), .opened = row.Int(15)},
               .created_ms = row.Int(6)};
}

Expected<void> CheckType(std::string_view type) {
  if (IsAgentType(type)) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("an agent's type is 1 to {} letters, digits, \"_\", \".\" or \"-\", got \"{}\"{}",
                          limits::kMaxName, Printable(type, kShown), DidYouMean(type, kAgentTypes)));
}

Expected<std::vector<std::string>> CheckCapabilities(std::span<const std::string_view> given) {
  if (given.size() > limits::kMaxCapabilities) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("an agent may have {} capabilities, got {}", limits::kMaxCapabilities, given.size()));
  }
  std::vector<std::string> capabilities;
  for (const std::string_view capability : given) {
    if (auto good = CheckName("a capability", capability); !good) return std::unexpected(std::move(good.error()));
    if (std::ranges::find(capabilities, capability) == capabilities.end()) capabilities.emplace_back(capability);
  }
  return capabilities;
}

/// The name that was asked for, or one that is free.
Expected<std::string> ChooseName(Database& database, const Swarm& swarm, const AgentRequest& request) {
  const auto holder = [&](std::string_view name) { return First(database.Query(kNamed, swarm.number, name)); };
  if (request.name.empty()) {
    return FirstFreeName(request.type, [&](const std::string& name) { return holder(name).has_value(); });
  }
  if (auto good = CheckName("an agent's name", request.name); !good) return std::unexpected(std::move(good.error()));
  const auto number = holder(request.name);
  if (!number) return std::string(request.name);
  return Fail(ErrorCode::kConflict,
              fmt::format("agent {} of swarm {} has the name \"{}\": use it, or choose another name",
                          FormatId(kIdPrefix, *number), swarm.id(), Printable(request.name)));
}

Expected<std::optional<std::int64_t>> ChooseParent(Database& database, const Swarm& swarm,
                                                   const AgentRequest& request) {
  if (request.parent.empty()) {
    if (swarm.topology != Topology::kHierarchical) return std::nullopt;
    return First(database.Query(kCoordinator, swarm.number));
  }
  const auto parent = FindAgent(database, swarm, request.parent);
  if (!parent) return std::unexpected(Error{parent.error().code, "parent: " + parent.error().message});
  if (parent->state == AgentState::kOffline) {
    return Fail(ErrorCode::kConflict,
                fmt::format("parent: agent {} (\"{}\") is offline", parent->id(), Printable(parent->name)));
  }
  return parent->number;
}

/// Why a swarm has no place for another agent.
std::unexpected<Error> NoPlace(Database& database, const Swarm& given) {
  const auto swarm = FindSwarm(database, given.id());
  if (!swarm) return std::unexpected(swarm.error());
  if (swarm->status == SwarmStatus::kDestroyed) {
    return Fail(ErrorCode::kConflict,
                fmt::format("swarm {} was destroyed: start another, or name an active one", swarm->id()));
  }
  return Fail(ErrorCode::kConflict,
              fmt::format("swarm {} (\"{}\") is full: all of its {} agents are alive (maxAgents); start another swarm "
                          "with a larger maxAgents, or destroy this one",
                          swarm->id(), Printable(swarm->name), swarm->max_agents));
}

std::unexpected<Error> NotFound(Database& database, const Swarm& swarm, std::string_view word) {
  const std::string shown = Printable(word, kShown);
  if (const auto number = ParseId(kIdPrefix, word)) {
    const auto elsewhere = Read(database, *number);
    return Fail(ErrorCode::kNotFound,
                elsewhere ? fmt::format("agent {} is in swarm {}, not in {}", shown, elsewhere->swarm_id(), swarm.id())
                          : fmt::format("there is no agent {}", shown));
  }
  std::vector<std::string> names;
  for (Cursor cursor = database.Query(kNames, swarm.number, kCandidates); cursor.Next();) {
    names.emplace_back(cursor.Text(0));
  }
  if (names.empty()) {
    return Fail(ErrorCode::kNotFound, fmt::format("swarm {} has no agents, so none is \"{}\"", swarm.id(), shown));
  }
  return Fail(ErrorCode::kNotFound,
              fmt::format("no agent of swarm {} is \"{}\"{}", swarm.id(), shown, DidYouMean(word, names)));
}

/// Whether an agent may leave the session that it lives in for another: not while that is open and the agent holds
/// something, which the end of the other one would then take from it.
Expected<void> CheckUnheld(Database& database, const Agent& agent) {
  std::string client;
  {
    Cursor row = database.Query(kOpenSession, agent.session);
    if (!row.Next()) return {};
    client = row.Text(0);
  }
  if (agent.task == 0 && !database.Query(kHoldsLease, agent.number).Next()) return {};
  return Fail(
      ErrorCode::kConflict,
      fmt::format("{} (\"{}\") is at work in another open session{}: act as another agent (agent_spawn), or end "
                  "that session; if it has just crashed, try again in a second",
                  agent.id(), Printable(agent.name),
                  client.empty() ? std::string() : fmt::format(", of {}", Printable(client, kShown))));
}

}  // namespace

bool IsAgentType(std::string_view type) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  };
  return !type.empty() && type.size() <= limits::kMaxName && std::ranges::all_of(type, allowed);
}

std::string Agent::id() const { return FormatId(kIdPrefix, number); }

std::string Agent::swarm_id() const { return FormatId(kSwarmPrefix, swarm); }

std::optional<std::string> Agent::parent_id() const {
  if (!parent) return std::nullopt;
  return FormatId(kIdPrefix, *parent);
}

Expected<Agent> SpawnAgent(Database& database, const Swarm& swarm, const AgentRequest& request, std::int64_t now_ms) {
  if (auto good = CheckType(request.type); !good) return std::unexpected(std::move(good.error()));
  auto capabilities = CheckCapabilities(request.capabilities);
  if (!capabilities) return std::unexpected(std::move(capabilities.error()));
  auto name = ChooseName(database, swarm, request);
  if (!name) return std::unexpected(std::move(name.error()));
  const auto parent = ChooseParent(database, swarm, request);
  if (!parent) return std::unexpected(parent.error());

  if (database.Execute(kTakePlace, swarm.number) == 0) {
    if (database.error()) return std::unexpected(*database.error());
    return NoPlace(database, swarm);
  }
  Agent agent{.swarm = swarm.number,
              .type = std::string(request.type),
              .name = *std::move(name),
              .capabilities = *std::move(capabilities),
              .parent = *parent,
              .session = request.session,
              .created_ms = now_ms};
  database.Execute(kInsert, swarm.number, agent.type, agent.name, Join(agent.capabilities), agent.parent, now_ms,
                   agent.session);
  agent.number = database.last_insert_id();
  for (const std::string& capability : agent.capabilities) {
    database.Execute(kInsertCapability, swarm.number, capability, agent.number);
  }
  if (agent.parent) database.Execute(kGrowTeam, *agent.parent);
  if (database.error()) return std::unexpected(*database.error());
  return agent;
}

Expected<Agent> FindAgent(Database& database, const Swarm& swarm, std::string_view id_or_name) {
  auto number = ParseId(kIdPrefix, id_or_name);
  if (!number) number = First(database.Query(kNamed, swarm.number, id_or_name));
  auto agent = number ? Read(database, *number) : std::nullopt;
  if (database.error()) return std::unexpected(*database.error());
  if (!agent || agent->swarm != swarm.number) return NotFound(database, swarm, id_or_name);
  return *std::move(agent);
}

std::optional<std::string> SwarmIdOf(Database& database, std::int64_t agent_number) {
  const auto swarm = First(database.Query(kSwarmOf, agent_number));
  if (!swarm) return std::nullopt;
  return FormatId(kSwarmPrefix, *swarm);
}

Expected<void> BindAgent(Database& database, const Swarm& swarm, Agent& agent, std::int64_t session,
                         std::int64_t now_ms) {
  if (agent.state == AgentState::kOffline) {
    if (agent.retiring) {
      return Fail(ErrorCode::kConflict,
                  fmt::format("{} was retired (swarm_scale): agent_spawn registers another", agent.id()));
    }
    if (database.Execute(kTakePlace, swarm.number) == 0) {
      if (database.error()) return std::unexpected(*database.error());
      return NoPlace(database, swarm);
    }
    agent.state = AgentState::kIdle;
  } else if (agent.session == session || (session == 0 && agent.session != 0)) {
    // A single call from a shell takes no agent out of the session that it lives in.
    return {};
  } else if (agent.session != 0) {
    if (auto free = CheckUnheld(database, agent); !free) return free;
  }
  agent.session = session;
  database.Execute(kBind, agent.number, session, now_ms, NameOf(agent.state));
  if (database.error()) return std::unexpected(*database.error());
  return {};
}

std::vector<Agent> AgentsNamed(Database& database, std::string_view name) {
  std::vector<Agent> agents;
  for (Cursor row = database.Query(kNamedAnywhere, name); row.Next();) {
    if (auto agent = Read(database, row.Int(0))) agents.push_back(*std::move(agent));
  }
  return agents;
}

AgentPage ListAgents(Database& database, const Swarm& swarm, std::int64_t after, std::int64_t limit) {
  AgentPage page;
  for (Cursor cursor = database.Query(kPage, swarm.number, after, limit + 1); cursor.Next();) {
    if (std::ssize(page.agents) == limit) {
      page.more = true;
      break;
    }
    if (auto agent = Read(database, cursor.Int(0))) page.agents.push_back(*std::move(agent));
  }
  return page;
}

std::vector<Agent> AliveFirst(Database& database, const Swarm& swarm, std::int64_t limit) {
  std::vector<Agent> agents;
  for (const Sql* const sql : {&kAlive, &kOffline}) {
    for (Cursor cursor = database.Query(*sql, swarm.number, limit - std::ssize(agents)); cursor.Next();) {
      if (auto agent = Read(database, cursor.Int(0))) agents.push_back(*std::move(agent));
    }
  }
  return agents;
}

AgentCounts CountAgents(Database& database, const Swarm& swarm) {
  AgentCounts counts;
  for (Cursor row = database.Query(kCounts, swarm.number); row.Next();) {
    const auto state = ReadEnum<AgentState>(database, row.Text(1));
    counts.by_state[static_cast<std::size_t>(state)] += row.Int(2);
    if (state == AgentState::kOffline) continue;
    if (counts.by_type.empty() || counts.by_type.back().type != row.Text(0)) {
      counts.by_type.push_back({.type = std::string(row.Text(0))});
    }
    counts.by_type.back().agents += row.Int(2);
  }
  return counts;
}

}  // namespace skep::swarm
