#include "swarm/totals.h"

#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Database;
using store::Sql;

// Each is answered from an index; those that have none by state are of tables that stay small.
constexpr Sql kSwarms{"SELECT status, count(*) FROM swarms GROUP BY status"};
constexpr Sql kAgents{"SELECT state, count(*) FROM agents GROUP BY state"};
constexpr Sql kTasks{"SELECT state, count(*) FROM tasks GROUP BY state"};
constexpr Sql kLeases{
    "SELECT leases.mode, count(*) FROM leases JOIN agents ON agents.id = leases.agent "
    "WHERE leases.deadline > ?1 AND agents.state <> 'offline' GROUP BY leases.mode"};
constexpr Sql kSessions{"SELECT count(*) FROM sessions WHERE closed_ms = 0"};
constexpr Sql kMessages{"SELECT count(*) FROM messages"};
constexpr Sql kUnread{"SELECT count(*) FROM messages WHERE read_ms = 0"};

template <class E, std::size_t N>
void Fill(Database& database, std::array<std::int64_t, N>& to, Cursor rows) {
  while (rows.Next()) to[static_cast<std::size_t>(ReadEnum<E>(database, rows.Text(0)))] = rows.Int(1);
}

std::int64_t One(Cursor row) { return row.Next() ? row.Int(0) : 0; }

}  // namespace

ProjectTotals TotalUp(Database& database, const Moment& now) {
  ProjectTotals totals;
  Fill<SwarmStatus>(database, totals.swarms, database.Query(kSwarms));
  Fill<AgentState>(database, totals.agents, database.Query(kAgents));
  Fill<TaskState>(database, totals.tasks, database.Query(kTasks));
  Fill<LeaseMode>(database, totals.leases, database.Query(kLeases, now.boot_ms));
  totals.sessions = One(database.Query(kSessions));
  totals.messages = One(database.Query(kMessages));
  totals.unread = One(database.Query(kUnread));
  return totals;
}

}  // namespace skep::swarm
