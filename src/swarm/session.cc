#include "swarm/session.h"

#include "swarm/task_flow.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

constexpr Sql kProcess{"SELECT id FROM processes WHERE token = ?1 AND ended_ms = 0"};
constexpr Sql kProcesses{"SELECT id, token FROM processes WHERE ended_ms = 0 ORDER BY id"};
constexpr Sql kInsertProcess{"INSERT INTO processes (token, pid, started_ms) VALUES (?1, ?2, ?3)"};
constexpr Sql kEndProcess{"UPDATE processes SET ended_ms = ?2 WHERE id = ?1 AND ended_ms = 0"};
constexpr Sql kBoot{"SELECT value FROM meta WHERE name = 'boot'"};
constexpr Sql kSetBoot{
    "INSERT INTO meta (name, value) VALUES ('boot', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value"};

constexpr Sql kSession{"SELECT id FROM sessions WHERE process = ?1 AND serial = ?2 AND closed_ms = 0"};
constexpr Sql kSessions{"SELECT id FROM sessions WHERE process = ?1 AND closed_ms = 0 ORDER BY id"};
constexpr Sql kInsertSession{
    "INSERT INTO sessions (process, serial, client, client_version, client_session, directory, opened_ms) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
constexpr Sql kCloseSession{"UPDATE sessions SET closed_ms = ?2 WHERE id = ?1 AND closed_ms = 0"};
constexpr Sql kClient{"SELECT client FROM sessions WHERE id = ?1"};

constexpr Sql kAgents{"SELECT id FROM agents WHERE session = ?1 AND session > 0 AND state <> 'offline'"};
constexpr Sql kReleaseAll{"DELETE FROM leases"};
constexpr Sql kWorking{"SELECT id FROM agents WHERE task > 0 ORDER BY id"};

std::optional<std::int64_t> First(Cursor cursor) {
  if (!cursor.Next()) return std::nullopt;
  return cursor.Int(0);
}

std::vector<std::int64_t> Ids(Cursor cursor) {
  std::vector<std::int64_t> ids;
  while (cursor.Next()) ids.push_back(cursor.Int(0));
  return ids;
}

/// The machine was started anew: nobody who held anything is there any more.
void ReleaseEverything(Database& database, const Moment& now) {
  for (const LiveProcess& process : LiveProcesses(database)) EndProcess(database, process.number, now);
  // What is left was taken in single calls, which have no session.
  for (const std::int64_t agent : Ids(database.Query(kWorking))) ReleaseAgent(database, agent, now);
  database.Execute(kReleaseAll);
}

}  // namespace

std::int64_t OpenProcess(Database& database, std::string_view token, std::int64_t pid, std::int64_t boot,
                         const Moment& now) {
  if (const auto noted = FindProcess(database, token)) return *noted;
  const auto last_boot = First(database.Query(kBoot));
  if (last_boot != boot) {
    if (last_boot) ReleaseEverything(database, now);
    database.Execute(kSetBoot, boot);
  }
  database.Execute(kInsertProcess, token, pid, now.wall_ms);
  return database.last_insert_id();
}

std::optional<std::int64_t> FindProcess(Database& database, std::string_view token) {
  return First(database.Query(kProcess, token));
}

std::vector<LiveProcess> LiveProcesses(Database& database) {
  std::vector<LiveProcess> processes;
  for (Cursor row = database.Query(kProcesses); row.Next();) {
    processes.push_back({.number = row.Int(0), .token = std::string(row.Text(1))});
  }
  return processes;
}

void EndProcess(Database& database, std::int64_t process, const Moment& now) {
  for (const std::int64_t session : Ids(database.Query(kSessions, process))) CloseSession(database, session, now);
  database.Execute(kEndProcess, process, now.wall_ms);
}

std::int64_t OpenSession(Database& database, std::int64_t process, std::int64_t serial, const ClientIdentity& client,
                         const Moment& now) {
  if (const auto open = FindSession(database, process, serial)) return *open;
  database.Execute(kInsertSession, process, serial, client.name, client.version, client.session, client.directory,
                   now.wall_ms);
  return database.last_insert_id();
}

std::optional<std::int64_t> FindSession(Database& database, std::int64_t process, std::int64_t serial) {
  return First(database.Query(kSession, process, serial));
}

void CloseSession(Database& database, std::int64_t session, const Moment& now) {
  if (database.Execute(kCloseSession, session, now.wall_ms) == 0) return;
  TakeOffline(database, Ids(database.Query(kAgents, session)), now);
}

std::string ClientOf(Database& database, std::int64_t session) {
  Cursor row = database.Query(kClient, session);
  return row.Next() ? std::string(row.Text(0)) : std::string();
}

}  // namespace skep::swarm
