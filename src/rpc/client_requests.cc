#include "rpc/client_requests.h"

#include <absl/container/flat_hash_map.h>
#include <absl/hash/hash.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstring>
#include <mutex>
#include <numeric>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

namespace skep::rpc {
namespace {

/// Requests for which a session keeps room when it has none pending.
constexpr std::size_t kRoomKept = 16;

/// An id to look for. Integers, which most clients use, need no text.
struct Key {
  explicit Key(std::string_view json) : text(json) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), value);
    if (error == std::errc{} && end == json.data() + json.size()) {
      number = value;
      is_number = true;
    }
    tag = static_cast<std::uint32_t>(is_number ? absl::HashOf(number) : absl::HashOf(TextHash{text}));
  }

  /// Debian's abseil has a string_view of its own.
  struct TextHash {
    std::string_view text;
    template <class H>
    friend H AbslHashValue(H state, const TextHash& one) {
      return H::combine_contiguous(std::move(state), one.text.data(), one.text.size());
    }
  };

  std::string_view text;
  std::int64_t number = 0;
  bool is_number = false;
  std::uint32_t tag = 0;
};

/// 32 bytes: some megabytes for a hundred thousand.
struct Entry {
  Entry(const Key& key, void* whose, std::int64_t deadline) : request(whose), deadline_ns(deadline) {
    if (key.is_number) {
      number_or_size = key.number;
    } else {
      text = std::make_unique_for_overwrite<char[]>(key.text.size());
      std::memcpy(text.get(), key.text.data(), key.text.size());
      number_or_size = static_cast<std::int64_t>(key.text.size());
    }
  }
  bool Is(const Key& key) const {
    if (key.is_number) return text == nullptr && number_or_size == key.number;
    return text != nullptr && std::string_view(text.get(), static_cast<std::size_t>(number_or_size)) == key.text;
  }

  void* request;
  std::int64_t deadline_ns;
  std::int64_t number_or_size;
  std::unique_ptr<char[]> text;  ///< Null for an integer.
};

/// The first place from `from` on that has the tag, or one past the last.
std::size_t FindTag(std::span<const std::uint32_t> tags, std::uint32_t tag, std::size_t from) {
  constexpr std::size_t kAtOnce = 16;
  std::size_t i = from;
  for (; i + kAtOnce <= tags.size(); i += kAtOnce) {
    // Without a branch for each, this becomes vector instructions.
    std::uint32_t found = 0;
    for (std::size_t k = 0; k < kAtOnce; ++k) found |= static_cast<std::uint32_t>(tags[i + k] == tag);
    if (found != 0) break;
  }
  while (i < tags.size() && tags[i] != tag) ++i;
  return i;
}

/// What one session has pending, in no order.
class Requests {
 public:
  std::size_t size() const { return entries_.size(); }
  const Entry& operator[](std::size_t i) const { return entries_[i]; }

  /// The first one from `from` on with this id, or size().
  std::size_t Find(const Key& key, std::size_t from = 0) const {
    std::size_t i = FindTag(tags_, key.tag, from);
    while (i < entries_.size() && !entries_[i].Is(key)) i = FindTag(tags_, key.tag, i + 1);
    return i;
  }
  void Add(const Key& key, void* request, std::int64_t deadline_ns) {
    entries_.emplace_back(key, request, deadline_ns);
    tags_.push_back(key.tag);
    earliest = std::min(earliest, deadline_ns);
  }
  /// Where a request is that was entered beside the last one that was removed, as most are: requests end about in the
  /// order in which they came, and the row keeps that order, or turns it round. The row's size if it is not there.
  std::size_t FindNear(const Key& key, const void* request) const {
    for (const std::size_t i : {removed_ + 1, removed_ - 1, removed_}) {
      if (i < entries_.size() && entries_[i].request == request && entries_[i].Is(key)) return i;
    }
    return entries_.size();
  }
  void Remove(std::size_t i) {
    removed_ = i;
    if (i + 1 < entries_.size()) {
      entries_[i] = std::move(entries_.back());
      tags_[i] = tags_.back();
    }
    entries_.pop_back();
    tags_.pop_back();
    if (entries_.empty()) {
      earliest = kNever;
      if (entries_.capacity() > kRoomKept) *this = Requests();
    }
  }
  std::size_t bytes() const {
    std::size_t bytes = entries_.capacity() * sizeof(Entry) + tags_.capacity() * sizeof(std::uint32_t);
    for (const Entry& entry : entries_) {
      if (entry.text != nullptr) bytes += static_cast<std::size_t>(entry.number_or_size);
    }
    return bytes;
  }

  /// Not later than any deadline.
  std::int64_t earliest = kNever;

 private:
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> tags_;
  std::size_t removed_ = 0;  ///< Where the last one was that was removed.
};

}  // namespace

struct alignas(64) ClientTable::Shard {
  /// Null when nothing was entered of the session.
  const Requests* Find(std::int64_t session) const {
    const auto found = sessions.find(session);
    return found == sessions.end() ? nullptr : &found->second;
  }

  mutable std::mutex mutex;
  absl::flat_hash_map<std::int64_t, Requests> sessions;
  std::size_t pending = 0;
  std::uint64_t refused = 0;
  std::uint64_t expired = 0;
  /// Of all sessions'. Written under the lock; read without, so that nothing is locked when nothing is due.
  Earliest earliest;
};

ClientTable::ClientTable(std::size_t session_limit)
    : session_limit_(std::min(session_limit, limits::kMaxSessionRequests)),
      shards_(std::make_unique<std::array<Shard, limits::kClientShards>>()) {}
ClientTable::~ClientTable() = default;

ClientTable::Shard& ClientTable::ShardOf(std::int64_t session) const {
  // The map within takes its own from the same hash: the upper half is for the shard.
  return (*shards_)[(absl::HashOf(session) >> 32) % limits::kClientShards];
}

bool ClientTable::Insert(std::int64_t session, std::string_view id, void* request, std::int64_t deadline_ns) {
  const Key key(id);
  Shard& shard = ShardOf(session);
  const std::lock_guard lock(shard.mutex);
  Requests& requests = shard.sessions[session];
  if (requests.size() >= session_limit_) {
    ++shard.refused;
    return false;
  }
  requests.Add(key, request, deadline_ns);
  ++shard.pending;
  shard.earliest.Lower(deadline_ns);
  return true;
}

bool ClientTable::Remove(std::int64_t session, std::string_view id, void* request) {
  const Key key(id);
  Shard& shard = ShardOf(session);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.sessions.find(session);
  if (found == shard.sessions.end()) return false;
  Requests& requests = found->second;
  std::size_t i = requests.FindNear(key, request);
  if (i == requests.size()) i = requests.Find(key);
  while (i < requests.size() && requests[i].request != request) i = requests.Find(key, i + 1);
  if (i == requests.size()) return false;
  requests.Remove(i);
  --shard.pending;
  return true;
}

std::size_t ClientTable::Find(std::int64_t session, std::string_view id, FunctionRef<void(void*)> each) const {
  const Key key(id);
  const Shard& shard = ShardOf(session);
  const std::lock_guard lock(shard.mutex);
  const Requests* const requests = shard.Find(session);
  if (requests == nullptr) return 0;
  std::size_t count = 0;
  for (std::size_t i = requests->Find(key); i < requests->size(); i = requests->Find(key, i + 1)) {
    ++count;
    each((*requests)[i].request);
  }
  return count;
}

std::size_t ClientTable::Count(std::int64_t session) const {
  const Shard& shard = ShardOf(session);
  const std::lock_guard lock(shard.mutex);
  const Requests* const requests = shard.Find(session);
  return requests == nullptr ? 0 : requests->size();
}

std::size_t ClientTable::EndSession(std::int64_t session, FunctionRef<void(void*)> each) {
  Requests ended;
  {
    Shard& shard = ShardOf(session);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.sessions.find(session);
    if (found == shard.sessions.end()) return 0;
    ended = std::move(found->second);
    shard.sessions.erase(found);
    shard.pending -= ended.size();
  }
  for (std::size_t i = 0; i < ended.size(); ++i) each(ended[i].request);
  return ended.size();
}

std::size_t ClientTable::Expire(std::int64_t now_ns, FunctionRef<void(void*)> each) {
  std::size_t count = 0;
  std::vector<void*> due;
  for (Shard& shard : *shards_) {
    if (shard.earliest.ns() > now_ns) continue;
    {
      const std::lock_guard lock(shard.mutex);
      shard.earliest.Reset();
      std::int64_t next = kNever;
      for (auto& [session, requests] : shard.sessions) {
        if (requests.earliest <= now_ns) {
          requests.earliest = kNever;
          // Backwards: the last one takes the place of one that is removed.
          for (std::size_t i = requests.size(); i-- > 0;) {
            const Entry& entry = requests[i];
            if (entry.deadline_ns > now_ns) {
              requests.earliest = std::min(requests.earliest, entry.deadline_ns);
            } else {
              due.push_back(entry.request);
              requests.Remove(i);
            }
          }
        }
        next = std::min(next, requests.earliest);
      }
      shard.earliest.Lower(next);
      shard.pending -= due.size();
      shard.expired += due.size();
    }
    count += due.size();
    for (void* const request : due) each(request);
    due.clear();
  }
  return count;
}

ClientRequestStats ClientTable::stats() const {
  ClientRequestStats stats{.bytes = sizeof(*shards_)};
  for (std::size_t i = 0; i < shards_->size(); ++i) {
    const Shard& shard = (*shards_)[i];
    const std::lock_guard lock(shard.mutex);
    stats.pending[i] = shard.pending;
    stats.sessions += shard.sessions.size();
    stats.refused += shard.refused;
    stats.expired += shard.expired;
    stats.bytes += shard.sessions.capacity() * (sizeof(std::pair<const std::int64_t, Requests>) + 1);
    for (const auto& [session, requests] : shard.sessions) stats.bytes += requests.bytes();
  }
  return stats;
}

std::size_t ClientRequestStats::AllPending() const {
  return std::accumulate(pending.begin(), pending.end(), std::size_t{0});
}

}  // namespace skep::rpc
