#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skep/client.h"
#include "skep/moment.h"
#include "store/database.h"

/// Sessions: connections of clients, each in a process. What an agent holds lives no longer than the session that last
/// acted as it, unless no session did (a single call from a shell): then until its deadline.
///
/// All functions but the look-ups work in a write transaction.
namespace skep::swarm {

/// The row of a process of ours that holds the lock of a session file named by `token` (see store/liveness.h); made
/// when there is none. `boot`: a number for the machine's boot; when it is another than the last one noted, whatever
/// was held is released first: its deadlines mean nothing and its holders are gone.
std::int64_t OpenProcess(store::Database& database, std::string_view token, std::int64_t pid, std::int64_t boot,
                         const Moment& now);

/// The process of that token, if it is noted and has not ended.
std::optional<std::int64_t> FindProcess(store::Database& database, std::string_view token);

struct LiveProcess {
  std::int64_t number = 0;
  std::string token;
};
/// The processes that have not been noted as ended, the oldest first.
std::vector<LiveProcess> LiveProcesses(store::Database& database);

/// Notes that a process is no more; ends its sessions. Nothing if that is known.
void EndProcess(store::Database& database, std::int64_t process, const Moment& now);

/// The row of an open session, by the number that its process has given it; made when there is none.
std::int64_t OpenSession(store::Database& database, std::int64_t process, std::int64_t serial,
                         const ClientIdentity& client, const Moment& now);

/// The open session of that number, if there is one.
std::optional<std::int64_t> FindSession(store::Database& database, std::int64_t process, std::int64_t serial);

/// Ends a session: its agents go offline, and their claims and leases are released. Nothing if it has ended before.
void CloseSession(store::Database& database, std::int64_t session, const Moment& now);

/// The name that a session's client gave itself; empty when it gave none, or there is no such session.
std::string ClientOf(store::Database& database, std::int64_t session);

}  // namespace skep::swarm
