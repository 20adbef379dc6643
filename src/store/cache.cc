#include "store/cache.h"

#include <absl/container/flat_hash_set.h>
#include <absl/hash/hash.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
    const std::string_view text = KeyOf(key);
    return absl::HashOf(absl::string_view(text.data(), text.size()));
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
  explicit Impl(std::size_t capacity) {
    stats_.capacity = capacity;
    ring_.newer = ring_.older = &ring_;
  }

  std::shared_ptr<const Entry> Find(std::string_view key) {
    if (Holds()) {
      if (const auto found = table_.find(key); found != table_.end()) {
        Node& node = **found;
        ++stats_.hits;
        if (node.newer != &ring_) {
          Unlink(node);
          LinkNewest(node);
        }
        return node.entry;
      }
    }
    ++stats_.misses;
    return nullptr;
  }

  void PassOver() { ++stats_.too_large; }

  void Insert(std::string_view key, std::shared_ptr<const Entry> entry) {
    if (!reading_ || !stamp_.known() || stamp_ != snapshot_) return;
    const std::size_t bytes = key.size() + entry->value.size() + kOverhead;
    if (entry->value.size() > limits::kCacheMaxValue || bytes > stats_.capacity) {
      PassOver();
      return;
    }
    Remove(key);
    auto node = std::make_unique<Node>();
    node->bytes = bytes;
    node->key = key;
    node->entry = std::move(entry);
    ++stats_.insertions;
    stats_.bytes += node->bytes;
    LinkNewest(*node);
    table_.insert(std::move(node));
    Shrink();
  }

  void Clear() {
    stats_.cleared += table_.size();
    Empty();
  }

  void Resize(std::size_t capacity) {
    stats_.capacity = capacity;
    Shrink();
  }

  Stats stats() const {
    Stats stats = stats_;
    stats.entries = table_.size();
    return stats;
  }

  void Attach(const WalIndex& index) {
    Empty();
    index_ = index;
    stamp_ = {};
    reading_ = false;
  }

  void BeginRead(const Stamp& snapshot) {
    reading_ = true;
    snapshot_ = snapshot;
    if (stamp_ == snapshot || !snapshot.known()) return;
    const bool committing = committing_.load(std::memory_order_acquire);
    OpenMail();
    if (stamp_ == snapshot || (committing && !table_.empty())) return;
    Invalidate();
    stamp_ = snapshot;
  }

  void EndRead() { reading_ = false; }

  void BeginCommit() { committing_.store(true, std::memory_order_release); }

  void EndCommit(const Stamp& before, const Stamp& after, std::vector<std::string> touched) {
    // One commit more than before is ours alone. (None more: the log was begun anew.)
    if (before.known() && before != after && after.commits() - before.commits() <= 1) {
      const std::lock_guard lock(mutex_);
      mail_keys_ += touched.size();
      mail_.push_back({before, after, std::move(touched)});
      if (mail_keys_ > limits::kCacheMail || mail_.size() > limits::kCacheMail) {
        mail_.clear();
        mail_keys_ = 0;
      }
    }
    committing_.store(false, std::memory_order_release);
  }

 private:
  /// What the writing thread has to say about a commit.
  struct Letter {
    Stamp before;
    Stamp after;
    std::vector<std::string> touched;
  };

  /// Whether the contents are those of the database, as whoever asks may see it.
  bool Holds() {
    if (reading_) return stamp_ == snapshot_;
    if (!stamp_.known()) return false;
    if (index_.Is(stamp_)) return true;
    // In this order: where no commit of ours is going on, those before it have written their letters.
    const bool committing = committing_.load(std::memory_order_acquire);
    OpenMail();
    if (stamp_.known() && index_.Is(stamp_)) return true;
    if (!committing) Invalidate();
    return false;
  }

  /// Follows our own commits, from the state of the contents on.
  void OpenMail() {
    std::vector<Letter> mail;
    {
      const std::lock_guard lock(mutex_);
      mail.swap(mail_);
      mail_keys_ = 0;
    }
    for (const Letter& letter : mail) {
      if (stamp_ != letter.before) continue;
      for (const std::string& key : letter.touched) {
        if (Remove(key)) ++stats_.invalidations;
      }
      stamp_ = letter.after;
    }
  }

  void Invalidate() {
    stats_.invalidations += table_.size();
    stats_.invalidations_by_others += table_.size();
    Empty();
    stamp_ = {};
  }

  void Empty() {
    table_.clear();
    ring_.newer = ring_.older = &ring_;
    stats_.bytes = 0;
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

  WalIndex index_;
  /// The state that the contents mirror; unknown: there are none.
  Stamp stamp_;
  bool reading_ = false;
  /// The state that the open read transaction sees.
  Stamp snapshot_;
  absl::flat_hash_set<std::unique_ptr<Node>, HashKey, EqualKey> table_;
  /// Its older neighbour is the newest entry, its newer neighbour the oldest.
  Node ring_;
  Stats stats_;

  std::atomic<bool> committing_ = false;
  std::mutex mutex_;
  std::vector<Letter> mail_;
  std::size_t mail_keys_ = 0;
};

Cache::Cache(std::size_t capacity) : impl_(std::make_unique<Impl>(capacity)) {}
Cache::~Cache() = default;

std::shared_ptr<const Entry> Cache::Find(std::string_view key) { return impl_->Find(key); }
void Cache::Insert(std::string_view key, std::shared_ptr<const Entry> entry) { impl_->Insert(key, std::move(entry)); }
void Cache::PassOver() { impl_->PassOver(); }
void Cache::Clear() { impl_->Clear(); }
void Cache::Resize(std::size_t capacity) { impl_->Resize(capacity); }
Cache::Stats Cache::stats() const { return impl_->stats(); }
void Cache::Attach(const WalIndex& index) { impl_->Attach(index); }
void Cache::BeginRead(const Stamp& snapshot) { impl_->BeginRead(snapshot); }
void Cache::EndRead() { impl_->EndRead(); }
void Cache::BeginCommit() { impl_->BeginCommit(); }
void Cache::EndCommit(const Stamp& before, const Stamp& after, std::vector<std::string> touched) {
  impl_->EndCommit(before, after, std::move(touched));
}

}  // namespace skep::store
