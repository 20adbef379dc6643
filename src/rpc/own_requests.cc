#include "rpc/own_requests.h"

#include <absl/container/flat_hash_map.h>
#include <absl/hash/hash.h>

#include <atomic>
#include <bit>
#include <charconv>
#include <mutex>
#include <numeric>
#include <system_error>

#include "rpc/free_slots.h"

namespace skep::rpc {
namespace {

constexpr unsigned kSlotBits = std::countr_zero(limits::kMaxOwnRequests);
constexpr std::uint64_t kIdEnd = std::uint64_t{1} << (kSlotBits + 32);
static_assert(std::has_single_bit(limits::kMaxOwnRequests));
static_assert(kIdEnd <= std::uint64_t{1} << 53, "a double holds every id");
static_assert(FreeSlots::kShardSlots % limits::kOwnChunk == 0 && limits::kOwnChunk % limits::kOwnGroup == 0);
constexpr std::size_t kShardChunks = FreeSlots::kShardSlots / limits::kOwnChunk;
constexpr std::size_t kGroups = limits::kOwnChunk / limits::kOwnGroup;
/// Requests that CancelOwner takes under one lock.
constexpr std::size_t kCancelBatch = 64;

// A slot's state: the generation of the request that it has, or had last, its owner's lower bits, and what is with it.
enum class Status : std::uint8_t { kPending, kAnswered, kGivenUp };
constexpr std::uint64_t kOwnerMask = (std::uint64_t{1} << kOwnerBits) - 1;
constexpr std::uint64_t State(std::uint32_t generation, std::int64_t owner, Status status) {
  return std::uint64_t{generation} << 32 | (static_cast<std::uint64_t>(owner) & kOwnerMask) << 2 |
         static_cast<std::uint64_t>(status);
}
constexpr std::uint32_t GenerationOf(std::uint64_t state) { return static_cast<std::uint32_t>(state >> 32); }
constexpr Status StatusOf(std::uint64_t state) { return static_cast<Status>(state & 3); }
constexpr std::uint64_t With(std::uint64_t state, Status status) {
  return (state & ~std::uint64_t{3}) | static_cast<std::uint64_t>(status);
}
constexpr Status StatusAfter(Ending ending) {
  return ending == Ending::kAnswered ? Status::kAnswered : Status::kGivenUp;
}
static_assert(static_cast<int>(Status::kPending) == 0 && kOwnerBits + 2 == 32);

/// The generation 0 is left out, so that no id is 0.
constexpr std::uint32_t After(std::uint32_t generation) { return generation == UINT32_MAX ? 1 : generation + 1; }

constexpr std::uint64_t Id(std::uint32_t generation, std::uint32_t slot) {
  return std::uint64_t{generation} << kSlotBits | slot;
}
constexpr std::uint32_t SlotOf(std::uint64_t id) { return static_cast<std::uint32_t>(id % limits::kMaxOwnRequests); }

constexpr std::uint32_t kNoSlot = FreeSlots::kNone;

/// What an answer needs: apart from the rest, because what fits a processor's cache is found ten times sooner.
///
/// Who has taken the slot from FreeSlots writes a request and publishes it by the state. Who ends the request reads it
/// and then makes the state another: if that succeeds, nobody has changed what was read. Others read while the slot's
/// next request is written; they find the state changed and throw away what they read.
struct Slot {
  std::atomic<std::uint64_t> state{0};
  std::atomic<void*> request{nullptr};
};

/// What bulk endings need besides. Written and read as a Slot is, but for the list.
struct Detail {
  std::atomic<std::int64_t> deadline_ns{kNever};
  /// Of the last request, once that is over. Who enters another owner's changes it, under the lock of the owner that it
  /// was.
  std::atomic<std::int64_t> owner{0};
  std::uint32_t next = kNoSlot;
  std::uint32_t previous = kNoSlot;
  /// Whether it is in its owner's list, where it stays when its request is over: the next one is often the same
  /// owner's. Changes, with the list, under the owner's lock. REQUIRES for who unlinks: look at the state afterwards.
  std::atomic<bool> linked{false};
};
static_assert(sizeof(Slot) == 16 && sizeof(Detail) == 32);

struct alignas(64) Chunk {
  explicit Chunk(std::uint64_t state) {
    for (Slot& slot : slots) slot.state.store(state, std::memory_order_relaxed);
  }
  std::array<Slot, limits::kOwnChunk> slots;
  std::array<Detail, limits::kOwnChunk> details;
  std::array<Earliest, kGroups> groups;
};

struct alignas(64) Shard {
  Earliest earliest;  ///< Of all groups'.
  std::array<std::atomic<Chunk*>, kShardChunks> chunks{};
};

/// The lists of some owners. All slots with a pending request of an owner are in its list once Insert has returned, and
/// perhaps slots whose request is over.
struct alignas(64) Owners {
  std::mutex mutex;
  absl::flat_hash_map<std::int64_t, std::uint32_t> lists;  ///< The first slot of each.
};

void CountOne(std::atomic<std::uint64_t>& counter, std::uint64_t n = 1) {
  counter.fetch_add(n, std::memory_order_relaxed);
}

}  // namespace

struct OwnSlots::Table {
  explicit Table(std::uint32_t first) : first_generation(first == 0 ? 1 : first) {}
  ~Table() {
    for (Shard& shard : shards) {
      for (const std::atomic<Chunk*>& chunk : shard.chunks) delete chunk.load(std::memory_order_relaxed);
    }
  }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  Shard& ShardOf(std::uint32_t slot) { return shards[FreeSlots::ShardOf(slot)]; }
  Owners& OwnersOf(std::int64_t owner) { return owners[absl::HashOf(owner) % owners.size()]; }
  /// Null where no slot was ever used.
  Chunk* ChunkOf(std::uint32_t slot) const {
    const std::uint32_t in_shard = slot % FreeSlots::kShardSlots;
    return shards[FreeSlots::ShardOf(slot)].chunks[in_shard / limits::kOwnChunk].load(std::memory_order_acquire);
  }
  Chunk& MakeChunk(std::uint32_t slot);
  // REQUIRES for the next five: the slot was once given out.
  Detail& DetailOf(std::uint32_t slot) const { return ChunkOf(slot)->details[slot % limits::kOwnChunk]; }
  /// What is pending in a slot of this state. Holds if the state is the same afterwards.
  static Pending Read(const Chunk& chunk, std::uint32_t slot, std::uint64_t state) {
    const Detail& detail = chunk.details[slot % limits::kOwnChunk];
    return {.id = Id(GenerationOf(state), slot),
            .owner = detail.owner.load(std::memory_order_acquire),
            .request = chunk.slots[slot % limits::kOwnChunk].request.load(std::memory_order_acquire),
            .deadline_ns = detail.deadline_ns.load(std::memory_order_acquire)};
  }
  /// The one way in which a request ends; the slot is then to be given back. REQUIRES: `state` is of a pending one.
  static bool End(Slot& slot, std::uint64_t state, Status status) {
    return slot.state.compare_exchange_strong(state, With(state, status), std::memory_order_acq_rel,
                                              std::memory_order_relaxed);
  }
  // REQUIRES besides: the lock of `all`, which are those of the slot's owner.
  void Link(Owners& all, Detail& detail, std::uint32_t slot) const;
  void Unlink(Owners& all, Detail& detail) const;

  std::size_t ExpireGroup(Chunk& chunk, std::uint32_t first, std::int64_t now_ns,
                          FunctionRef<void(const Pending&)> each);
  void CountMiss(const Slot* slot, std::uint32_t generation);

  const std::uint32_t first_generation;
  std::array<Shard, limits::kOwnShards> shards;
  std::array<Owners, limits::kOwnerLocks> owners;
  FreeSlots free;
  // What goes wrong is counted apart from what is read all the time.
  alignas(64) std::atomic<std::uint64_t> late{0};
  std::atomic<std::uint64_t> duplicates{0};
  std::atomic<std::uint64_t> forged{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> cancelled{0};
  std::atomic<std::uint64_t> expired{0};
};

Chunk& OwnSlots::Table::MakeChunk(std::uint32_t slot) {
  auto made = std::make_unique<Chunk>(State(first_generation - 1, 0, Status::kGivenUp));
  std::atomic<Chunk*>& place = ShardOf(slot).chunks[slot % FreeSlots::kShardSlots / limits::kOwnChunk];
  Chunk* there = nullptr;
  // Two threads may come to a chunk's first slots at once.
  if (place.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel)) return *made.release();
  return *there;
}

void OwnSlots::Table::Link(Owners& all, Detail& detail, std::uint32_t slot) const {
  const auto [list, is_new] = all.lists.try_emplace(detail.owner.load(std::memory_order_relaxed), slot);
  detail.previous = kNoSlot;
  detail.next = is_new ? kNoSlot : list->second;
  if (detail.next != kNoSlot) DetailOf(detail.next).previous = slot;
  list->second = slot;
  detail.linked.store(true, std::memory_order_relaxed);
}

void OwnSlots::Table::Unlink(Owners& all, Detail& detail) const {
  if (detail.next != kNoSlot) DetailOf(detail.next).previous = detail.previous;
  if (detail.previous != kNoSlot) {
    DetailOf(detail.previous).next = detail.next;
  } else if (detail.next != kNoSlot) {
    all.lists[detail.owner.load(std::memory_order_relaxed)] = detail.next;
  } else {
    all.lists.erase(detail.owner.load(std::memory_order_relaxed));
  }
  detail.linked.store(false, std::memory_order_seq_cst);
}

OwnSlots::OwnSlots(std::uint32_t first_generation) : table_(std::make_unique<Table>(first_generation)) {}
OwnSlots::~OwnSlots() = default;

std::optional<std::uint64_t> OwnSlots::Insert(std::int64_t owner, void* request, std::int64_t deadline_ns) {
  const std::uint32_t number = table_->free.Take();
  if (number == FreeSlots::kNone) {
    CountOne(table_->refused);
    return std::nullopt;
  }
  Shard& shard = table_->ShardOf(number);
  Chunk* const there = table_->ChunkOf(number);
  Chunk& chunk = there != nullptr ? *there : table_->MakeChunk(number);
  const std::size_t in_chunk = number % limits::kOwnChunk;
  Slot& slot = chunk.slots[in_chunk];
  Detail& detail = chunk.details[in_chunk];
  const std::uint32_t generation = After(GenerationOf(slot.state.load(std::memory_order_relaxed)));

  if (const std::int64_t last = detail.owner.load(std::memory_order_relaxed); last != owner) {
    Owners& others = table_->OwnersOf(last);
    const std::lock_guard lock(others.mutex);
    if (detail.linked.load(std::memory_order_relaxed)) table_->Unlink(others, detail);
    detail.owner.store(owner, std::memory_order_release);
  }
  detail.deadline_ns.store(deadline_ns, std::memory_order_release);
  slot.request.store(request, std::memory_order_release);
  slot.state.store(State(generation, owner, Status::kPending), std::memory_order_seq_cst);

  if (!detail.linked.load(std::memory_order_seq_cst)) {
    Owners& owners = table_->OwnersOf(owner);
    const std::lock_guard lock(owners.mutex);
    // By now the request may be over, and the slot another's: then linking it does no harm, or is not ours to do.
    const bool is_owners = detail.owner.load(std::memory_order_relaxed) == owner;
    if (is_owners && !detail.linked.load(std::memory_order_relaxed)) table_->Link(owners, detail, number);
  }
  chunk.groups[in_chunk / limits::kOwnGroup].Lower(deadline_ns);
  shard.earliest.Lower(deadline_ns);
  return Id(generation, number);
}

void* OwnSlots::Find(std::int64_t owner, std::uint64_t id) const {
  if (id >= kIdEnd) return nullptr;
  const Chunk* const chunk = table_->ChunkOf(SlotOf(id));
  if (chunk == nullptr) return nullptr;
  const Slot& slot = chunk->slots[SlotOf(id) % limits::kOwnChunk];
  const std::uint64_t pending = State(static_cast<std::uint32_t>(id >> kSlotBits), owner, Status::kPending);
  if (slot.state.load(std::memory_order_acquire) != pending) return nullptr;
  void* const request = slot.request.load(std::memory_order_acquire);
  return slot.state.load(std::memory_order_relaxed) == pending ? request : nullptr;
}

void* OwnSlots::Take(std::int64_t owner, std::uint64_t id, Ending ending) {
  const auto generation = static_cast<std::uint32_t>(id >> kSlotBits);
  Chunk* const chunk = id < kIdEnd ? table_->ChunkOf(SlotOf(id)) : nullptr;
  Slot* const slot = chunk != nullptr ? &chunk->slots[SlotOf(id) % limits::kOwnChunk] : nullptr;
  if (slot != nullptr) {
    const std::uint64_t pending = State(generation, owner, Status::kPending);
    if (slot->state.load(std::memory_order_acquire) == pending) {
      void* const request = slot->request.load(std::memory_order_acquire);
      if (Table::End(*slot, pending, StatusAfter(ending))) {
        // The slot is the next to be used.
        __builtin_prefetch(&chunk->details[SlotOf(id) % limits::kOwnChunk], 1);
        table_->free.Give(SlotOf(id));
        return request;
      }
    }
  }
  if (ending == Ending::kAnswered) table_->CountMiss(slot, generation);
  return nullptr;
}

void OwnSlots::Table::CountMiss(const Slot* slot, std::uint32_t generation) {
  if (slot == nullptr) return CountOne(forged);
  const std::uint64_t state = slot->state.load(std::memory_order_acquire);
  const bool pending = StatusOf(state) == Status::kPending;
  // How many requests of the slot came after the one meant, and how many it has had; both modulo 2^32.
  const std::uint32_t age = GenerationOf(state) - generation;
  const std::uint32_t had = GenerationOf(state) - (first_generation - 1);
  if (generation == 0 || age >= had || (age == 0 && pending)) return CountOne(forged);
  CountOne(age == 0 && StatusOf(state) == Status::kAnswered ? duplicates : late);
}

std::size_t OwnSlots::CancelOwner(std::int64_t owner, FunctionRef<void(const Pending&)> each) {
  std::size_t count = 0;
  Owners& owners = table_->OwnersOf(owner);
  for (bool more = true; more;) {
    std::array<Pending, kCancelBatch> batch;
    std::size_t in_batch = 0;
    {
      const std::lock_guard lock(owners.mutex);
      while (in_batch < batch.size()) {
        const auto list = owners.lists.find(owner);
        more = list != owners.lists.end();
        if (!more) break;
        const std::uint32_t number = list->second;
        Chunk& chunk = *table_->ChunkOf(number);
        Slot& slot = chunk.slots[number % limits::kOwnChunk];
        table_->Unlink(owners, chunk.details[number % limits::kOwnChunk]);
        // Who publishes a request in the slot after this will see that it is not linked.
        const std::uint64_t state = slot.state.load(std::memory_order_seq_cst);
        if (StatusOf(state) != Status::kPending) continue;
        const Pending found = Table::Read(chunk, number, state);
        if (Table::End(slot, state, Status::kGivenUp)) batch[in_batch++] = found;
      }
    }
    CountOne(table_->cancelled, in_batch);
    count += in_batch;
    for (std::size_t i = 0; i < in_batch; ++i) {
      table_->free.Give(SlotOf(batch[i].id));
      each(batch[i]);
    }
  }
  return count;
}

std::size_t OwnSlots::Expire(std::int64_t now_ns, FunctionRef<void(const Pending&)> each) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < limits::kOwnShards; ++i) {
    Shard& shard = table_->shards[i];
    if (shard.earliest.ns() > now_ns) continue;
    shard.earliest.Reset();
    std::int64_t next = kNever;
    for (std::size_t k = 0; k < kShardChunks; ++k) {
      Chunk* const chunk = shard.chunks[k].load(std::memory_order_acquire);
      if (chunk == nullptr) continue;
      for (std::size_t group = 0; group < kGroups; ++group) {
        if (chunk->groups[group].ns() <= now_ns) {
          const std::size_t first = i * FreeSlots::kShardSlots + k * limits::kOwnChunk + group * limits::kOwnGroup;
          count += table_->ExpireGroup(*chunk, static_cast<std::uint32_t>(first), now_ns, each);
        }
        next = std::min(next, chunk->groups[group].ns());
      }
    }
    shard.earliest.Lower(next);
  }
  CountOne(table_->expired, count);
  return count;
}

std::size_t OwnSlots::Table::ExpireGroup(Chunk& chunk, std::uint32_t first, std::int64_t now_ns,
                                         FunctionRef<void(const Pending&)> each) {
  std::size_t count = 0;
  Earliest& earliest = chunk.groups[first % limits::kOwnChunk / limits::kOwnGroup];
  earliest.Reset();
  std::int64_t next = kNever;
  for (std::uint32_t number = first; number < first + limits::kOwnGroup; ++number) {
    Slot& slot = chunk.slots[number % limits::kOwnChunk];
    const std::uint64_t state = slot.state.load(std::memory_order_seq_cst);
    if (StatusOf(state) != Status::kPending) continue;
    const Pending found = Read(chunk, number, state);
    if (found.deadline_ns > now_ns) {
      next = std::min(next, found.deadline_ns);
    } else if (End(slot, state, Status::kGivenUp)) {
      free.Give(number);
      ++count;
      each(found);
    }
  }
  earliest.Lower(next);
  return count;
}

OwnRequestStats OwnSlots::stats() const {
  OwnRequestStats stats{.pending = table_->free.Used(),
                        .late = table_->late.load(std::memory_order_relaxed),
                        .duplicates = table_->duplicates.load(std::memory_order_relaxed),
                        .forged = table_->forged.load(std::memory_order_relaxed),
                        .refused = table_->refused.load(std::memory_order_relaxed),
                        .cancelled = table_->cancelled.load(std::memory_order_relaxed),
                        .expired = table_->expired.load(std::memory_order_relaxed),
                        .bytes = sizeof(Table) - sizeof(FreeSlots) + table_->free.bytes()};
  for (const Shard& shard : table_->shards) {
    for (const auto& chunk : shard.chunks) stats.bytes += chunk.load() != nullptr ? sizeof(Chunk) : 0;
  }
  for (Owners& some : table_->owners) {
    const std::lock_guard lock(some.mutex);
    stats.bytes += some.lists.capacity() * (sizeof(std::pair<std::int64_t, std::uint32_t>) + 1);
  }
  return stats;
}

std::size_t OwnRequestStats::AllPending() const {
  return std::accumulate(pending.begin(), pending.end(), std::size_t{0});
}

std::uint64_t ReadOwnId(std::string_view json) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), id);
  return error == std::errc{} && end == json.data() + json.size() && id < kIdEnd ? id : 0;
}

}  // namespace skep::rpc
