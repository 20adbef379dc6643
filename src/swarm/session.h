#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "skep/client.h"
#include "store/database.h"

/// Sessions: connections of clients, each in a process. What an agent holds lives no longer than the session that last
/// acted as it, unless no session did (a single call from a shell): then until its deadline.
///
/// All functions work in a write transaction.
namespace skep::swarm {

/// Notes a process of ours that holds the lock of a session file named by `token` (see store/liveness.h). Returns its
/// row. `boot`: a number for the machine's boot; when it is another than the last one noted, whatever was held is
/// released first: its deadlines mean nothing and its holders are gone.
std::int64_t OpenProcess(store::Database& database, std::string_view token, std::int64_t pid, std::int64_t boot,
                         const Moment& now);

struct LiveProcess {
  std::int64_t number = 0;
  std::string token;
};
/// The processes that have not been noted as ended, the oldest first.
std::vector<LiveProcess> LiveProcesses(store::Database& database);

/// Notes that a process is no more; ends its sessions.
void EndProcess(store::Database& database, std::int64_t process, const Moment& now);

/// Notes a session; returns its row.
std::int64_t OpenSession(store::Database& database, std::int64_t process, const ClientIdentity& client,
                         const Moment& now);

/// Ends a session: its agents go offline, and their claims and leases are released. Nothing if it has ended before.
void CloseSession(store::Database& database, std::int64_t session, const Moment& now);

}  // namespace skep::swarm
