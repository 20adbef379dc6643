#include "pending_bench.h"

#include <absl/container/flat_hash_map.h>
#include <absl/hash/hash.h>
#include <oneapi/tbb/concurrent_hash_map.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "rpc/client_requests.h"
#include "rpc/own_requests.h"

// The tables of pending requests, and what one would use instead: a map with one lock, a map in 64 parts with a lock
// each, and TBB's concurrent map. Those keep no list of an owner's requests, no deadlines and no limits, so they have
// less to do.
namespace skep {
namespace {

struct Request {};

constexpr std::int64_t kPerSession = 100;
constexpr std::int64_t kTimeout = 60'000'000'000;
std::int64_t SessionOf(std::size_t number) { return static_cast<std::int64_t>(number) / kPerSession; }
using Order = std::vector<std::uint32_t>;

template <class Key>
struct HashOf {
  using is_transparent = void;
  template <class Any>
  std::size_t operator()(const Any& key) const {
    return absl::HashOf(key);
  }
  // As TBB calls it.
  std::size_t hash(const Key& key) const { return absl::HashOf(key); }
  bool equal(const Key& a, const Key& b) const { return a == b; }
};

struct Value {
  std::int64_t owner;
  Request* request;
  std::int64_t deadline_ns;
};

template <class Key, std::size_t kShards>
class LockedMap {
 public:
  explicit LockedMap(std::size_t pending) {
    for (Shard& shard : shards_) shard.map.reserve(pending / kShards);
  }
  template <class Any>
  bool Find(const Any& key) {
    Shard& shard = ShardOf(key);
    const std::lock_guard lock(shard.mutex);
    return shard.map.contains(key);
  }
  template <class Any>
  bool Take(const Any& key) {
    Shard& shard = ShardOf(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.map.find(key);
    if (found == shard.map.end()) return false;
    shard.map.erase(found);
    return true;
  }
  void Insert(const Key& key, const Value& value) {
    Shard& shard = ShardOf(key);
    const std::lock_guard lock(shard.mutex);
    shard.map.emplace(key, value);
  }

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    absl::flat_hash_map<Key, Value, HashOf<Key>, std::equal_to<>> map;
  };
  template <class Any>
  Shard& ShardOf(const Any& key) {
    return shards_[kShards == 1 ? 0 : (HashOf<Key>()(key) >> 32) % kShards];
  }
  std::array<Shard, kShards> shards_;
};

template <class Key>
class TbbMap {
 public:
  explicit TbbMap(std::size_t pending) : map_(pending) {}
  bool Find(const Key& key) {
    typename Map::const_accessor found;
    return map_.find(found, key);
  }
  bool Take(const Key& key) { return map_.erase(key); }
  void Insert(const Key& key, const Value& value) { map_.insert({key, value}); }

 private:
  using Map = tbb::concurrent_hash_map<Key, Value, HashOf<Key>, std::allocator<std::pair<const Key, Value>>>;
  Map map_;
};

// --- Requests of ours: the table, or whoever calls it, chooses the id -------------------------------------------

/// What their callers know of a request.
struct OwnRequest {
  std::int64_t session = 0;
  std::uint64_t id = 0;
};
std::vector<OwnRequest> own;
void PrepareOwn(const Order& order) {
  own.resize(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) own[place].session = SessionOf(order[place]);
}

class OwnTable {
 public:
  static void Prepare(const Order& order) { PrepareOwn(order); }
  explicit OwnTable(const Order& order) { micro::InsertAll(order, *this); }
  bool Find(std::size_t place) { return table_.Find(own[place].session, own[place].id) != nullptr; }
  bool Take(std::size_t place) { return table_.Take(own[place].session, own[place].id) != nullptr; }
  void Insert(std::size_t place, std::size_t /*thread*/) {
    own[place].id = table_.Insert(own[place].session, &request_, kTimeout).value_or(0);
  }

 private:
  Request request_;
  rpc::OwnRequests<Request> table_;
};

template <class Map>
class OwnInMap {
 public:
  static void Prepare(const Order& order) { PrepareOwn(order); }
  explicit OwnInMap(const Order& order) : map_(order.size()) { micro::InsertAll(order, *this); }
  bool Find(std::size_t place) { return map_.Find(own[place].id); }
  bool Take(std::size_t place) { return map_.Take(own[place].id); }
  void Insert(std::size_t place, std::size_t thread) {
    // Ids of a thread's own, so that choosing one costs nothing.
    thread_local std::uint64_t next = 0;
    own[place].id = ++next * 64 + thread;
    map_.Insert(own[place].id, {.owner = own[place].session, .request = &request_, .deadline_ns = kTimeout});
  }

 private:
  Request request_;
  Map map_;
};

// --- Requests of clients: the client chooses the id, half of them integers and half UUIDs, 100 in a session ----------

using SessionAndId = std::pair<std::int64_t, std::string>;

std::vector<SessionAndId> clients;
void PrepareClients(const Order& order) {
  clients.clear();
  for (const std::uint32_t number : order) {
    std::string id = std::to_string(number);
    if (number % 2 != 0) id = "\"0198f5a2-7c1e-7d3a-9b4f-" + std::string(12 - id.size(), '0') + id + "\"";
    clients.emplace_back(SessionOf(number), std::move(id));
  }
}

class ClientTable {
 public:
  static void Prepare(const Order& order) { PrepareClients(order); }
  explicit ClientTable(const Order& order) { micro::InsertAll(order, *this); }
  bool Find(std::size_t place) {
    const auto& [session, id] = clients[place];
    return table_.Find(session, id, [](Request*) {}) == 1;
  }
  bool Take(std::size_t place) { return table_.Remove(clients[place].first, clients[place].second, &request_); }
  void Insert(std::size_t place, std::size_t /*thread*/) {
    table_.Insert(clients[place].first, clients[place].second, &request_, kTimeout);
  }

 private:
  Request request_;
  rpc::ClientRequests<Request> table_{kPerSession};
};

template <class Map>
class ClientInMap {
 public:
  static void Prepare(const Order& order) { PrepareClients(order); }
  explicit ClientInMap(const Order& order) : map_(order.size()) { micro::InsertAll(order, *this); }
  bool Find(std::size_t place) { return map_.Find(clients[place]); }
  bool Take(std::size_t place) { return map_.Take(clients[place]); }
  void Insert(std::size_t place, std::size_t /*thread*/) {
    map_.Insert(clients[place], {.owner = clients[place].first, .request = &request_, .deadline_ns = kTimeout});
  }

 private:
  Request request_;
  Map map_;
};

const bool kRegistered = [] {
  micro::RegisterPending<OwnTable>("BM_OwnRequests");
  micro::RegisterPending<OwnInMap<LockedMap<std::uint64_t, 1>>>("BM_OwnInLockedMap");
  micro::RegisterPending<OwnInMap<LockedMap<std::uint64_t, 64>>>("BM_OwnIn64LockedMaps");
  micro::RegisterPending<OwnInMap<TbbMap<std::uint64_t>>>("BM_OwnInTbbMap");
  micro::RegisterPending<ClientTable>("BM_ClientRequests");
  micro::RegisterPending<ClientInMap<LockedMap<SessionAndId, 1>>>("BM_ClientsInLockedMap");
  micro::RegisterPending<ClientInMap<LockedMap<SessionAndId, 64>>>("BM_ClientsIn64LockedMaps");
  micro::RegisterPending<ClientInMap<TbbMap<SessionAndId>>>("BM_ClientsInTbbMap");
  return true;
}();

}  // namespace
}  // namespace skep
