#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "skep/client.h"
#include "skep/dialogue.h"
#include "skep/moment.h"

namespace skep {

class Clock;
class Events;
class Executor;

namespace metrics {
class Collector;
}

namespace store {
class Cache;
class Database;
class Liveness;
class Store;
}  // namespace store

/// What every call of a server may use. Lives as long as the server.
struct Services {
  store::Store& store;
  const Clock& clock;
  Executor& executor;  ///< The thread that connections live on.
  Events& events;      ///< Of that thread.
  /// Tells other processes that this one is alive. Null: its sessions leave no rows (a single call from a shell).
  store::Liveness* liveness = nullptr;
  /// Counts and times what is done. Null: nothing is measured.
  metrics::Collector* collector = nullptr;
};

/// What a session remembers between its calls, which run on the connection's thread and on the store's.
struct SessionScope {
  std::atomic<std::int64_t> current_swarm = 0;  ///< Row of the swarm it last made or used; 0: none yet.
  /// Its own row, once that is committed; 0: none, because it has not acted as an agent yet.
  std::atomic<std::int64_t> row = 0;
  /// Tells the sessions of this process apart.
  const std::int64_t serial = NextSerial();

  /// Who is at the other end, as far as it has said so.
  ClientIdentity client() const {
    const std::lock_guard lock(mutex_);
    return client_;
  }
  void set_client(ClientIdentity client) {
    const std::lock_guard lock(mutex_);
    client_ = std::move(client);
  }

 private:
  static std::int64_t NextSerial() {
    static std::atomic<std::int64_t> last = 0;
    return ++last;
  }

  mutable std::mutex mutex_;
  ClientIdentity client_;
};

/// What a call that found nothing waits for.
struct Wait {
  enum class For : std::uint8_t {
    kTask,     ///< A task that is ready in the swarm of row `key`.
    kMessage,  ///< A message to the agent of row `key`.
    kLease,    ///< A lease that ends; key 0.
    kTaskEnd,  ///< The end of the task of row `key`.
  };
  For what = For::kTask;
  std::int64_t key = 0;
  std::int64_t ms = 0;  ///< At most this long after the call came in.
};

/// What a tool may use besides its arguments, for the length of one call.
class ToolContext {
 public:
  /// In a write: `database` is the open transaction. Otherwise null: the store's reader, opened when first asked for.
  /// `dialogue`: null where nobody can be asked. All must outlive this.
  ToolContext(const Services& services, SessionScope& session, store::Database* database, Dialogue* dialogue = nullptr);

  /// The connection to work on: straight through, its errors are looked at by the caller of the tool.
  store::Database& database();
  /// Entries already read; null in a write transaction, which must see what it has itself written.
  store::Cache* cache() const;
  /// Wall clock at the beginning of the call, in milliseconds since 1970.
  std::int64_t now_ms() const { return now_ms_; }
  /// The same moment by both clocks.
  Moment now() const;
  SessionScope& session() { return session_; }
  /// Row of the session, as which agents live in it; made when there is none yet. 0: this session leaves none. In a
  /// write.
  std::int64_t SessionRow();
  const Services& services() const { return services_; }

  /// Says that the call has not found what it wants: it is run again, from the start and in a new transaction, when
  /// that may be there. What it returns now is the answer if it never is. In a write only, and one that writes nothing
  /// when it finds nothing for the second time: any change may be what others wait for.
  void WaitFor(const Wait& wait) { wait_ = wait; }
  const std::optional<Wait>& wait() const { return wait_; }

  /// For the swarm's figures: others' leases on this path are why the call has not got what it wants.
  void NoteContention(std::string path) { contended_ = std::move(path); }
  const std::string& contended() const { return contended_; }

  /// Asks the client, or whoever sits before it. As long as the answer is pending, return whatever: what was written is
  /// undone, and the call is run again, from the start, when the client has answered. In a write; anywhere else nobody
  /// can be asked. Most calls use AskForm (ask.h).
  const Answer& Ask(Question question);
  /// Whether something was asked that has no answer yet.
  bool asks() const { return dialogue_ != nullptr && !dialogue_->asked.empty(); }

  /// Keeps what the result borrows from until it has been encoded.
  void Keep(std::shared_ptr<const void> lent) { kept_ = std::move(lent); }

  /// The connection if database() was called, else null.
  store::Database* used_database() const { return database_; }
  /// What SessionRow() has returned; 0 if it was not called.
  std::int64_t used_session_row() const { return session_row_; }

 private:
  const Services& services_;
  SessionScope& session_;
  store::Database* database_;
  Dialogue* dialogue_;
  bool writing_;
  std::int64_t now_ms_;
  std::int64_t session_row_ = 0;
  std::optional<Wait> wait_;
  std::string contended_;
  std::shared_ptr<const void> kept_;
};

}  // namespace skep
