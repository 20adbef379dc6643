#pragma once

#include <cstdint>
#include <memory>

namespace skep {

class Clock;
class Executor;

namespace store {
class Cache;
class Database;
class Store;
}  // namespace store

/// What every call of a server may use. Lives as long as the server.
struct Services {
  store::Store& store;
  const Clock& clock;
  Executor& executor;  ///< The thread that connections live on.
};

/// What a session remembers between its calls. Read and changed by its calls only, one after the other.
struct SessionScope {
  std::int64_t current_swarm = 0;  ///< Row of the swarm it last made or used; 0: none yet.
};

/// What a tool may use besides its arguments, for the length of one call.
class ToolContext {
 public:
  /// In a write: `database` is the open transaction. Otherwise null: the store's reader, opened when first asked for.
  ToolContext(const Services& services, SessionScope& session, store::Database* database);

  /// The connection to work on: straight through, its errors are looked at by the caller of the tool.
  store::Database& database();
  /// Entries already read; null in a write transaction, which must see what it has itself written.
  store::Cache* cache() const;
  /// Wall clock at the beginning of the call, in milliseconds since 1970.
  std::int64_t now_ms() const { return now_ms_; }
  SessionScope& session() { return session_; }
  const Services& services() const { return services_; }

  /// Keeps what the result borrows from until it has been encoded.
  void Keep(std::shared_ptr<const void> lent) { kept_ = std::move(lent); }

  /// The connection if database() was called, else null.
  store::Database* used_database() const { return database_; }

 private:
  const Services& services_;
  SessionScope& session_;
  store::Database* database_;
  bool writing_;
  std::int64_t now_ms_;
  std::shared_ptr<const void> kept_;
};

}  // namespace skep
