#include "store/cache.h"

#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"

namespace skep::store {
namespace {

/// An entry in the ring of all entries, from the most to the least recently used.
struct Node {
  std::string key;
  std::shared_ptr<const Entry> entry;
  std::size_t bytes = 0;
  Node* newer = nullptr;
  Node* older = nullptr;
};

/// What an entry costs beside its texts: the node, the entry, its reference counts, a slot of the table, and what the
/// allocator adds to each.
constexpr std::size_t kOverhead = sizeof(Node) + sizeof(Entry) + 80;

std::string_view KeyOf(std::string_view key) { return key; }
std::string_view KeyOf(const std::unique_ptr<Node>& node) { return node->key; }

struct HashKey {
  using is_transparent = void;
  template <class T>
  std::size_t operator()(const T& key) const {
    return std::hash<std::string_view>{}(KeyOf(key));
  }
};
struct EqualKey {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return KeyOf(a) == KeyOf(b);
  }
};

}  // namespace

class Cache::Impl {
 public:
  using Table = absl::flat_hash_set<std::unique_ptr<Node>, HashKey, EqualKey>;

  explicit Impl(std::size_t capacity) {
    stats_.capacity = capacity;
    ring_.newer = ring_.older = &ring_;
  }

  std::shared_ptr<const Entry> Find(std::string_view key) {
    Table dropped;
    const std::lock_guard lock(mutex_);
    if (Node* node = FindValid(key, dropped)) {
      ++stats_.hits;
      Unlink(*node);
      LinkNewest(*node);
      return node->entry;
    }
    ++stats_.misses;
    return nullptr;
  }

  void Insert(std::string_view key, std::shared_ptr<const Entry> entry) {
    if (entry->value.size() > limits::kCacheMaxValue) return;
    const std::lock_guard lock(mutex_);
    if (!reading_ || !stamp_.known() || stamp_ != snapshot_) return;
    Remove(key);
    auto node = std::make_unique<Node>();
    node->bytes = key.size() + entry->value.size() + kOverhead;
    node->key = key;
    node->entry = std::move(entry);
    ++stats_.insertions;
    stats_.bytes += node->bytes;
    LinkNewest(*node);
    table_.insert(std::move(node));
    Shrink();
  }

  void Clear() {
    Table dropped;
    const std::lock_guard lock(mutex_);
    DropAll(dropped);
  }

  void Resize(std::size_t capacity) {
    const std::lock_guard lock(mutex_);
    stats_.capacity = capacity;
    Shrink();
  }

  Stats stats() const {
    const std::lock_guard lock(mutex_);
    Stats stats = stats_;
    stats.entries = table_.size();
    return stats;
  }

  void Attach(const WalIndex& index) {
    Table dropped;
    const std::lock_guard lock(mutex_);
    DropAll(dropped);
    index_ = index;
    stamp_ = {};
    reading_ = false;
  }

  void BeginRead(const Stamp& snapshot) {
    Table dropped;
    const std::lock_guard lock(mutex_);
    reading_ = true;
    snapshot_ = snapshot;
    if (stamp_ == snapshot || KeepForCommit()) return;
    Invalidate(dropped);
    stamp_ = snapshot;
  }

  void EndRead() {
    const std::lock_guard lock(mutex_);
    reading_ = false;
  }

  void BeginCommit() {
    const std::lock_guard lock(mutex_);
    committing_ = true;
  }

  void EndCommit(const Stamp& before, const Stamp& after, std::span<const std::string> touched) {
    Table dropped;
    const std::lock_guard lock(mutex_);
    committing_ = false;
    if (!stamp_.known()) return;
    if (stamp_ != before) {
      // Also when it is `after` by now: then nothing in here is older than the commit.
      if (stamp_ != after) Invalidate(dropped);
      return;
    }
    const bool only_ours = before == after || after.commits() == before.commits() + 1;
    if (!only_ours) {
      Invalidate(dropped);
      return;
    }
    for (const std::string& key : touched) {
      if (Remove(key)) ++stats_.invalidations;
    }
    stamp_ = after;
  }

 private:
  /// The entry, if the contents are those of the database as whoever asks may see it.
  Node* FindValid(std::string_view key, Table& dropped) {
    if (table_.empty()) return nullptr;
    if (reading_) {
      if (stamp_ != snapshot_) return nullptr;
    } else if (!index_.Is(stamp_)) {
      if (!committing_) Invalidate(dropped);
      return nullptr;
    }
    const auto found = table_.find(key);
    return found == table_.end() ? nullptr : found->get();
  }

  /// Whether contents that look stale may be so only because of a commit of our own, which EndCommit will settle.
  bool KeepForCommit() const { return committing_ && !table_.empty(); }

  /// The contents go to `dropped`, which the caller destroys after it has let go of the mutex.
  void DropAll(Table& dropped) {
    dropped.swap(table_);
    ring_.newer = ring_.older = &ring_;
    stats_.bytes = 0;
  }
  void Invalidate(Table& dropped) {
    stats_.invalidations += table_.size();
    DropAll(dropped);
    stamp_ = {};
  }

  bool Remove(std::string_view key) {
    const auto found = table_.find(key);
    if (found == table_.end()) return false;
    Unlink(**found);
    stats_.bytes -= (*found)->bytes;
    table_.erase(found);
    return true;
  }

  void Shrink() {
    while (stats_.bytes > stats_.capacity) {
      Remove(ring_.newer->key);
      ++stats_.evictions;
    }
  }

  static void Unlink(Node& node) {
    node.newer->older = node.older;
    node.older->newer = node.newer;
  }
  void LinkNewest(Node& node) {
    node.older = ring_.older;
    node.newer = &ring_;
    ring_.older->newer = &node;
    ring_.older = &node;
  }

  mutable std::mutex mutex_;
  WalIndex index_;
  /// The state that the contents mirror; unknown: there are none.
  Stamp stamp_;
  bool reading_ = false;
  /// The state that the open read transaction sees.
  Stamp snapshot_;
  bool committing_ = false;
  Table table_;
  /// Its older neighbour is the newest entry, its newer neighbour the oldest.
  Node ring_;
  Stats stats_;
};

Cache::Cache(std::size_t capacity) : impl_(std::make_unique<Impl>(capacity)) {}
Cache::~Cache() = default;

std::shared_ptr<const Entry> Cache::Find(std::string_view key) { return impl_->Find(key); }
void Cache::Insert(std::string_view key, std::shared_ptr<const Entry> entry) { impl_->Insert(key, std::move(entry)); }
void Cache::Clear() { impl_->Clear(); }
void Cache::Resize(std::size_t capacity) { impl_->Resize(capacity); }
Cache::Stats Cache::stats() const { return impl_->stats(); }
void Cache::Attach(const WalIndex& index) { impl_->Attach(index); }
void Cache::BeginRead(const Stamp& snapshot) { impl_->BeginRead(snapshot); }
void Cache::EndRead() { impl_->EndRead(); }
void Cache::BeginCommit() { impl_->BeginCommit(); }
void Cache::EndCommit(const Stamp& before, const Stamp& after, std::span<const std::string> touched) {
  impl_->EndCommit(before, after, touched);
}

}  // namespace skep::store
