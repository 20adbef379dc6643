#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/function_ref.h"
#include "base/limits.h"
#include "rpc/earliest.h"

namespace skep::rpc {

/// Since the table was made.
struct ClientRequestStats {
  std::array<std::size_t, limits::kClientShards> pending{};  ///< By shard, now.
  std::size_t sessions = 0;
  std::uint64_t refused = 0;  ///< Requests beyond their session's limit.
  std::uint64_t expired = 0;
  std::size_t bytes = 0;  ///< Memory held.

  std::size_t AllPending() const;
};

/// ClientRequests for pointers of any kind, in which all its work is done.
class ClientTable {
 public:
  explicit ClientTable(std::size_t session_limit);
  ~ClientTable();
  ClientTable(const ClientTable&) = delete;
  ClientTable& operator=(const ClientTable&) = delete;

  bool Insert(std::int64_t session, std::string_view id, void* request, std::int64_t deadline_ns);
  bool Remove(std::int64_t session, std::string_view id, void* request);
  std::size_t Find(std::int64_t session, std::string_view id, FunctionRef<void(void*)> each) const;
  std::size_t Count(std::int64_t session) const;
  std::size_t EndSession(std::int64_t session, FunctionRef<void(void*)> each);
  std::size_t Expire(std::int64_t now_ns, FunctionRef<void(void*)> each);
  std::size_t session_limit() const { return session_limit_; }
  ClientRequestStats stats() const;

 private:
  struct Shard;
  Shard& ShardOf(std::int64_t session) const;

  const std::size_t session_limit_;
  const std::unique_ptr<std::array<Shard, limits::kClientShards>> shards_;
};

/// Requests of clients that are being worked on, by session and by the id that the client has chosen, so that
/// cancellation, progress and deadlines find them. A client may use an id again while it is pending: both are kept. A
/// request that is answered at once need not be entered.
///
/// Sessions are spread over shards with a lock each, and a session's requests lie in a row that is looked through. So
/// one call takes one lock, and a session's limit, count and end are in one place. Measured against a flat map by
/// session and id: half the memory; to enter costs the same, to look up and end 1.5 times as much (pending_bench).
///
/// All calls from any thread. Each request that was entered is given out once: by Remove, EndSession or Expire.
template <class T>
class ClientRequests {
 public:
  /// `session_limit`: requests that one session may have pending, at most limits::kMaxSessionRequests.
  explicit ClientRequests(std::size_t session_limit = limits::kSessionRequests) : table_(session_limit) {}

  /// Enters a request; false, and nothing entered, if its session has as many pending as it may. From when it is
  /// entered, which is before this returns, EndSession and Expire may give it to their callers.
  /// `id` is JSON text as in Message::id, at most limits::kMaxIdBytes; it is copied. REQUIRES: EndSession once a
  /// session is over, and no Insert after that: what is kept of a session goes then.
  bool Insert(std::int64_t session, std::string_view id, T* request, std::int64_t deadline_ns) {
    return table_.Insert(session, id, request, deadline_ns);
  }
  /// Ends a request: true, and it is the caller's and no other's, if it was pending.
  bool Remove(std::int64_t session, std::string_view id, T* request) { return table_.Remove(session, id, request); }
  /// Shows all that the session has pending by this id, and says how many. None of them is given out before this
  /// returns, so `each` may mark them. It must not call this table.
  std::size_t Find(std::int64_t session, std::string_view id, FunctionRef<void(T*)> each) const {
    return table_.Find(session, id, [&](void* request) { each(static_cast<T*>(request)); });
  }
  /// How many the session has pending.
  std::size_t Count(std::int64_t session) const { return table_.Count(session); }
  /// Ends all that the session has pending, in no order, and says how many; `each` has them, and may call this table.
  std::size_t EndSession(std::int64_t session, FunctionRef<void(T*)> each) {
    return table_.EndSession(session, [&](void* request) { each(static_cast<T*>(request)); });
  }
  /// Ends all whose deadline is `now_ns` or earlier, and says how many; `each` has them, and may call this table. With
  /// nothing due this takes nanoseconds; else it looks at the sessions beside those in which something is due, or was
  /// when it ended (Earliest).
  std::size_t Expire(std::int64_t now_ns, FunctionRef<void(T*)> each) {
    return table_.Expire(now_ns, [&](void* request) { each(static_cast<T*>(request)); });
  }

  std::size_t session_limit() const { return table_.session_limit(); }
  /// Exact when no other call is under way.
  ClientRequestStats stats() const { return table_.stats(); }

 private:
  ClientTable table_;
};

}  // namespace skep::rpc
