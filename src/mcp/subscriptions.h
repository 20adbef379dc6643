#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/events.h"
#include "json/reader.h"
#include "mcp/database_watch.h"
#include "rpc/reply.h"
#include "skep/resource.h"
#include "store/wal_stamp.h"

namespace skep::mcp {

class Server;
class ServerSession;

/// What sessions want to be told of when it changes: resources, and the list of them.
///
/// When the database has changed, by whomever, what each subscriber sees is read and its hash compared with the one of
/// the last time: so nobody is told of what has not changed for him. It is read once for all who see the same. Under a
/// stream of changes it is looked at every limits::kNotifyMs, for a quarter of the time at most, and a subscriber who
/// does not take what he is told hears of the latest state when he does.
///
/// On the executor's thread.
class Subscriptions {
 public:
  explicit Subscriptions(Server& server);
  ~Subscriptions();
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  /// resources/subscribe: the same again changes nothing. False when the session has limits::kMaxSubscriptions.
  bool Subscribe(ServerSession& session, const Resource& resource, std::string_view uri);
  void Unsubscribe(const ServerSession& session, std::string_view uri);
  /// A legacy session has seen the list of resources: it is told when that changes.
  void SubscribeToList(ServerSession& session);

  /// subscriptions/listen: what a client asks for, as far as there is such a thing.
  struct Filter {
    bool resources_list_changed = false;
    std::vector<std::pair<const Resource*, std::string>> resources;
  };
  /// Acknowledges, and keeps the request open until the client cancels it or the session ends.
  void Listen(ServerSession& session, const Filter& filter, rpc::Reply reply);
  /// Whether there is room for another.
  bool MayListen(const ServerSession& session, std::size_t resources) const;
  /// The client cancels the request of this id: nothing more is sent for it.
  void CancelListen(const ServerSession& session, std::string_view id);

  /// The session's input has ended, and its open requests are answered; or it is gone. All it wanted is forgotten.
  void EndSession(const ServerSession& session);

  void NoteCommit();
  std::size_t size() const { return subscriptions_.size(); }

 private:
  struct Listener {
    ServerSession* session;
    rpc::Reply reply;
  };
  struct Subscription {
    ServerSession* session;
    const Resource* resource;  ///< Null: the list.
    std::string uri;
    const Listener* listener;                ///< Null in the legacy era.
    std::optional<std::uint64_t> seen = {};  ///< Hash of what it was when the subscriber was last told.
    store::Stamp looked_at = {};
  };
  /// What was read in one look: for one URI, in the eyes of those whose current swarm is the same.
  struct Seen {
    std::string_view uri;
    std::int64_t swarm;
    std::uint64_t hash;
  };

  void Add(ServerSession& session, const Resource* resource, std::string_view uri, const Listener* listener);
  void Forget(const Listener& listener);
  /// Answers a listen request: nothing more comes.
  void EndListen(rpc::Reply& reply) const;
  void LookIfChanged();
  void LookSoon();
  /// Looks at as many as the time allows.
  void Look();
  void OnPoll();
  void LookAt(Subscription& subscription, std::vector<Seen>& seen);
  /// Nothing while the database fails.
  std::optional<std::uint64_t> Hash(const Subscription& subscription, std::vector<Seen>& seen);
  std::uint64_t Hash(std::string_view text) const;
  void Tell(const Subscription& subscription);
  void StartOrStop();

  Server& server_;
  std::list<Listener> listeners_;
  std::list<Subscription> subscriptions_;
  std::unique_ptr<Events::Timer> look_;
  /// For what changes with mere time, and where files cannot be watched.
  std::unique_ptr<Events::Timer> poll_;
  DatabaseWatch watch_;
  bool look_asked_ = false;
  store::Stamp looked_at_;
  bool running_ = false;
  std::int64_t next_look_ns_ = 0;
  unsigned char key_[16];
};

}  // namespace skep::mcp
