#include "swarm/lease.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "base/time_text.h"
#include "swarm/path_pattern.h"
#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

/// Bytes of a path that a sentence repeats.
constexpr std::size_t kShown = 100;

constexpr Sql kAll{"SELECT path, mode, agent, epoch, deadline FROM leases WHERE deadline > ?1 ORDER BY id"};
constexpr Sql kList{
    "SELECT leases.path, leases.mode, leases.agent, leases.epoch, leases.deadline, agents.name FROM leases "
    "JOIN agents ON agents.id = leases.agent WHERE leases.deadline > ?1 AND agents.state <> 'offline' ORDER BY "
    "leases.id LIMIT ?2"};
constexpr Sql kCount{
    "SELECT count(*) FROM leases JOIN agents ON agents.id = leases.agent WHERE leases.deadline > ?1 AND "
    "agents.state <> 'offline'"};
constexpr Sql kOfAgent{"SELECT path, mode, epoch, deadline FROM leases WHERE agent = ?1 AND deadline > ?2 ORDER BY id"};
constexpr Sql kHolder{
    "SELECT agents.name, agents.state, coalesce(sessions.client_session, '') FROM agents "
    "LEFT JOIN sessions ON sessions.id = agents.session WHERE agents.id = ?1"};
constexpr Sql kMine{"SELECT id, epoch, mode FROM leases WHERE path = ?1 AND agent = ?2 AND deadline > ?3"};
constexpr Sql kMyPaths{"SELECT path FROM leases WHERE agent = ?1 AND deadline > ?2 ORDER BY id"};
constexpr Sql kRenew{"UPDATE leases SET mode = ?2, deadline = ?3 WHERE id = ?1"};
constexpr Sql kInsert{
    "INSERT INTO leases (path, mode, swarm, agent, epoch, acquired_ms, deadline) VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)"};
constexpr Sql kSetEpoch{"UPDATE leases SET epoch = ?1 WHERE id = ?1"};
constexpr Sql kDelete{"DELETE FROM leases WHERE path = ?1 AND agent = ?2"};
constexpr Sql kDeleteAll{"DELETE FROM leases WHERE agent = ?1"};
constexpr Sql kDeleteExpired{"DELETE FROM leases WHERE deadline <= ?1"};

/// A row of the table, as it is walked over.
struct Row {
  std::string_view path;  ///< Borrowed until the next row.
  LeaseMode mode = LeaseMode::kExclusive;
  std::int64_t agent = 0;
  std::int64_t epoch = 0;
  std::int64_t deadline = 0;

  Lease Copy() const { return {.epoch = epoch, .path = std::string(path), .mode = mode, .deadline = deadline}; }
};

/// Calls `visit` with every lease that holds, until it says no.
template <class F>
void ForEachLease(Database& database, const Moment& now, F visit) {
  for (Cursor row = database.Query(kAll, now.boot_ms); row.Next();) {
    const Row lease{.path = row.Text(0),
                    .mode = ReadEnum<LeaseMode>(database, row.Text(1)),
                    .agent = row.Int(2),
                    .epoch = row.Int(3),
                    .deadline = row.Int(4)};
    if (!visit(lease)) return;
  }
}

struct Holder {
  std::string name;
  std::string client_session;
};
/// Nothing: the agent is offline, so that its leases no longer count.
std::optional<Holder> FindHolder(Database& database, std::int64_t agent) {
  Cursor row = database.Query(kHolder, agent);
  if (!row.Next() || ReadEnum<AgentState>(database, row.Text(1)) == AgentState::kOffline) return std::nullopt;
  return Holder{std::string(row.Text(0)), std::string(row.Text(2))};
}

Obstacle MakeObstacle(const std::string& path, const Row& lease, Holder holder) {
  return {.path = path,
          .lease = lease.Copy(),
          .agent = lease.agent,
          .agent_id = FormatId("ag", lease.agent),
          .agent_name = std::move(holder.name)};
}

/// The path of a stored lease, to be compared with several patterns: understood when the first one comes near.
class StoredPath {
 public:
  StoredPath(Database& database, std::string_view text)
      : database_(database), text_(text), prefix_(PathPattern::PrefixOf(text)) {}

  bool Meets(const PathPattern& pattern, std::int64_t& work) {
    if (!pattern.MayMeet(prefix_)) return false;
    if (!parsed_) {
      auto parsed = PathPattern::Parse(text_, "");
      if (!parsed) database_.SetError({ErrorCode::kCorrupt, "the database has a lease on " + parsed.error().message});
      if (!parsed) return false;
      parsed_ = *std::move(parsed);
    }
    return parsed_->Meets(pattern, work);
  }

 private:
  Database& database_;
  std::string_view text_;
  std::string_view prefix_;
  std::optional<PathPattern> parsed_;
};

std::unexpected<Error> TooIntricate() {
  return Fail(ErrorCode::kTooLarge, "these globs are too intricate to compare with what is leased: use simpler ones");
}

Expected<std::vector<PathPattern>> ParseAll(std::span<const std::string_view> paths, std::string_view root) {
  std::vector<PathPattern> patterns;
  for (const std::string_view path : paths) {
    auto pattern = PathPattern::Parse(path, root);
    if (!pattern) return std::unexpected(std::move(pattern.error()));
    if (std::ranges::find(patterns, pattern->text(), &PathPattern::text) != patterns.end()) continue;
    patterns.push_back(*std::move(pattern));
  }
  return patterns;
}

struct Survey {
  std::vector<Obstacle> obstacles;
  std::int64_t others = 0;  ///< Leases of other agents.
};
Expected<Survey> LookAround(Database& database, const Agent& agent, LeaseMode mode,
                            std::span<const PathPattern> patterns, const Moment& now) {
  Survey survey;
  std::int64_t work = 0;
  ForEachLease(database, now, [&](const Row& lease) {
    if (lease.agent == agent.number) return true;
    ++survey.others;
    if (mode == LeaseMode::kShared && lease.mode == LeaseMode::kShared) return true;
    StoredPath path(database, lease.path);
    for (const PathPattern& pattern : patterns) {
      if (!path.Meets(pattern, work)) continue;
      auto holder = FindHolder(database, lease.agent);
      if (!holder) return true;
      survey.obstacles.push_back(MakeObstacle(pattern.text(), lease, *std::move(holder)));
    }
    return survey.obstacles.size() < limits::kMaxObstacles && work <= limits::kMaxPathWork;
  });
  if (work > limits::kMaxPathWork) return TooIntricate();
  if (survey.obstacles.size() > limits::kMaxObstacles) survey.obstacles.resize(limits::kMaxObstacles);
  return survey;
}

std::vector<std::string> PathsOf(Database& database, const Agent& agent, const Moment& now) {
  std::vector<std::string> paths;
  for (Cursor row = database.Query(kMyPaths, agent.number, now.boot_ms); row.Next();) paths.emplace_back(row.Text(0));
  return paths;
}

Expected<void> CheckRoom(Database& database, const Agent& agent, std::span<const PathPattern> patterns,
                         std::int64_t others, const Moment& now) {
  const std::vector<std::string> mine = PathsOf(database, agent, now);
  const auto fresh = std::ranges::count_if(
      patterns, [&](const PathPattern& pattern) { return std::ranges::find(mine, pattern.text()) == mine.end(); });
  const auto held = std::ssize(mine) + fresh;
  if (fresh == 0) return {};
  if (held > limits::kMaxAgentLeases) {
    return Fail(ErrorCode::kTooLarge,
                fmt::format("an agent may hold {} leases, these would make {}: lease a directory or a glob, or give "
                            "back with lease_release what you no longer need",
                            limits::kMaxAgentLeases, held));
  }
  if (others + held > limits::kMaxLeases) {
    return Fail(ErrorCode::kTooLarge, fmt::format("the project has {} leases, the most there may be: wait until some "
                                                  "are given back, or lease fewer paths",
                                                  limits::kMaxLeases));
  }
  return {};
}

Lease Grant(Database& database, const Agent& agent, const PathPattern& pattern, LeaseMode mode, std::int64_t deadline,
            const Moment& now) {
  Lease lease{.path = pattern.text(), .mode = mode, .deadline = deadline};
  std::int64_t row = 0;
  bool shares = false;
  if (Cursor mine = database.Query(kMine, lease.path, agent.number, now.boot_ms); mine.Next()) {
    row = mine.Int(0);
    lease.epoch = mine.Int(1);
    shares = mode == LeaseMode::kShared && ReadEnum<LeaseMode>(database, mine.Text(2)) == LeaseMode::kExclusive;
  }
  if (row != 0 && !shares) {
    database.Execute(kRenew, row, NameOf(mode), deadline);
    return lease;
  }
  // Those who wait for a lease to end look for rows that are gone: one that is shared from now on is a new one.
  if (shares) database.Execute(kDelete, lease.path, agent.number);
  database.Execute(kInsert, lease.path, NameOf(mode), agent.swarm, agent.number, now.wall_ms, deadline);
  lease.epoch = database.last_insert_id();
  database.Execute(kSetEpoch, lease.epoch);
  return lease;
}

}  // namespace

Expected<Acquired> AcquireLeases(Database& database, const Agent& agent, const LeaseRequest& request,
                                 const Moment& now) {
  const auto patterns = ParseAll(request.paths, request.root);
  if (!patterns) return std::unexpected(patterns.error());
  auto survey = LookAround(database, agent, request.mode, *patterns, now);
  if (!survey) return std::unexpected(std::move(survey.error()));
  Acquired acquired{.obstacles = std::move(survey->obstacles)};
  if (!acquired.obstacles.empty()) return acquired;
  if (auto room = CheckRoom(database, agent, *patterns, survey->others, now); !room) {
    return std::unexpected(std::move(room.error()));
  }
  database.Execute(kDeleteExpired, now.boot_ms);
  for (const PathPattern& pattern : *patterns) {
    acquired.leases.push_back(Grant(database, agent, pattern, request.mode, now.boot_ms + request.ttl_s * 1000, now));
  }
  if (database.error()) return std::unexpected(*database.error());
  return acquired;
}

Expected<Released> ReleaseLeases(Database& database, const Agent& agent, std::span<const std::string_view> paths,
                                 std::string_view root, const Moment& now) {
  const auto patterns = ParseAll(paths, root);
  if (!patterns) return std::unexpected(patterns.error());
  Released released;
  const std::vector<std::string> mine = PathsOf(database, agent, now);
  if (paths.empty()) {
    if (!mine.empty()) database.Execute(kDeleteAll, agent.number);
    released.paths = mine;
  }
  for (const PathPattern& pattern : *patterns) {
    auto held = std::ranges::find(mine, pattern.text());
    if (held == mine.end()) held = std::ranges::find(mine, pattern.text() + "/**");
    if (held != mine.end()) database.Execute(kDelete, *held, agent.number);
    held != mine.end() ? released.paths.push_back(*held) : released.not_held.push_back(pattern.text());
  }
  if (database.error()) return std::unexpected(*database.error());
  return released;
}

std::vector<HeldLease> ListLeases(Database& database, std::int64_t limit, const Moment& now) {
  std::vector<HeldLease> leases;
  for (Cursor row = database.Query(kList, now.boot_ms, limit); row.Next();) {
    leases.push_back({.lease = {.epoch = row.Int(3),
                                .path = std::string(row.Text(0)),
                                .mode = ReadEnum<LeaseMode>(database, row.Text(1)),
                                .deadline = row.Int(4)},
                      .agent = row.Int(2),
                      .agent_name = std::string(row.Text(5))});
  }
  return leases;
}

std::int64_t CountLeases(Database& database, const Moment& now) {
  Cursor row = database.Query(kCount, now.boot_ms);
  return row.Next() ? row.Int(0) : 0;
}

std::vector<Lease> LeasesOf(Database& database, const Agent& agent, const Moment& now) {
  std::vector<Lease> leases;
  if (agent.state == AgentState::kOffline) return leases;
  for (Cursor row = database.Query(kOfAgent, agent.number, now.boot_ms); row.Next();) {
    leases.push_back({.epoch = row.Int(2),
                      .path = std::string(row.Text(0)),
                      .mode = ReadEnum<LeaseMode>(database, row.Text(1)),
                      .deadline = row.Int(3)});
  }
  return leases;
}

Expected<std::vector<Obstacle>> FindForbidding(Database& database, std::string_view file, const Editor& editor,
                                               std::string_view root, const Moment& now) {
  const auto pattern = PathPattern::File(file, root);
  std::vector<Obstacle> obstacles;
  if (!pattern && pattern.error().code == ErrorCode::kNotFound) return obstacles;
  if (!pattern) return std::unexpected(pattern.error());
  std::int64_t work = 0;
  bool leased = false;
  ForEachLease(database, now, [&](const Row& lease) {
    if (!StoredPath(database, lease.path).Meets(*pattern, work)) return work <= limits::kMaxPathWork;
    auto holder = FindHolder(database, lease.agent);
    if (!holder) return true;
    const bool own = lease.agent == editor.agent ||
                     (!editor.client_session.empty() && holder->client_session == editor.client_session);
    leased = leased || own;
    if (!own) obstacles.push_back(MakeObstacle(pattern->text(), lease, *std::move(holder)));
    return true;
  });
  if (work > limits::kMaxPathWork) return TooIntricate();
  if (leased) {
    std::erase_if(obstacles, [](const Obstacle& each) { return each.lease.mode == LeaseMode::kShared; });
  }
  if (obstacles.size() > limits::kMaxObstacles) obstacles.resize(limits::kMaxObstacles);
  if (database.error()) return std::unexpected(*database.error());
  return obstacles;
}

std::string Describe(const Obstacle& obstacle, const Moment& now) {
  char until[kTimeTextSize];
  const std::string as =
      obstacle.lease.path == obstacle.path ? "" : fmt::format(", as {}", Printable(obstacle.lease.path, kShown));
  return fmt::format("{} is leased {} by {} (\"{}\"{}) until {}", Printable(obstacle.path, kShown),
                     obstacle.lease.mode == LeaseMode::kExclusive ? "exclusively" : "shared", obstacle.agent_id,
                     Printable(obstacle.agent_name), as, FormatTime(obstacle.lease.UntilMs(now), until));
}

}  // namespace skep::swarm
