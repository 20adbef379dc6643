#include "rpc/free_slots.h"

#include <algorithm>

#include "rpc/thread_number.h"

namespace skep::rpc {
namespace {

constexpr std::uint32_t kHalf = limits::kMagazineSlots / 2;

/// For counters that one thread writes.
void Add(std::atomic<std::int64_t>& counter, std::int64_t n) {
  counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

}  // namespace

std::uint32_t FreeSlots::Take() {
  const std::uint32_t thread = ThreadNumber();
  if (thread >= limits::kMagazines) [[unlikely]] {
    std::uint32_t slot = kNone;
    if (TakeFromShards(thread % limits::kOwnShards, &slot, 1) == 0) return kNone;
    used_without_magazine_[ShardOf(slot)].fetch_add(1, std::memory_order_relaxed);
    return slot;
  }
  Magazine& magazine = magazines_[thread];
  if (magazine.count == 0) [[unlikely]] {
    magazine.count = TakeFromShards(thread % limits::kOwnShards, magazine.slots.data(), kHalf);
    if (magazine.count == 0) return kNone;
  }
  const std::uint32_t slot = magazine.slots[--magazine.count];
  Add(magazine.used[ShardOf(slot)], 1);
  return slot;
}

void FreeSlots::Give(std::uint32_t slot) {
  const std::uint32_t thread = ThreadNumber();
  if (thread >= limits::kMagazines) [[unlikely]] {
    GiveToShards({&slot, 1});
    used_without_magazine_[ShardOf(slot)].fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  Magazine& magazine = magazines_[thread];
  if (magazine.count == limits::kMagazineSlots) [[unlikely]] {
    // Those that were given longest ago go.
    GiveToShards(std::span(magazine.slots).first(kHalf));
    std::copy(magazine.slots.begin() + kHalf, magazine.slots.end(), magazine.slots.begin());
    magazine.count -= kHalf;
  }
  magazine.slots[magazine.count++] = slot;
  Add(magazine.used[ShardOf(slot)], -1);
}

std::uint32_t FreeSlots::TakeFromShards(std::size_t first_shard, std::uint32_t* to, std::uint32_t count) {
  for (std::size_t i = 0; i < limits::kOwnShards; ++i) {
    const std::size_t number = (first_shard + i) % limits::kOwnShards;
    Shard& shard = shards_[number];
    const std::lock_guard lock(shard.mutex);
    std::uint32_t taken = 0;
    while (taken < count && !shard.free.empty()) {
      to[taken++] = shard.free.back();
      shard.free.pop_back();
    }
    // The first one last, because it is then taken first.
    const std::uint32_t fresh = std::min(count - taken, kShardSlots - shard.fresh);
    const std::uint32_t first = static_cast<std::uint32_t>(number) * kShardSlots + shard.fresh;
    for (std::uint32_t n = fresh; n > 0; --n) to[taken++] = first + n - 1;
    shard.fresh += fresh;
    if (taken > 0) return taken;
  }
  return 0;
}

void FreeSlots::GiveToShards(std::span<std::uint32_t> slots) {
  // Each goes back to its own shard, so that the thread that enters requests there uses it again before fresh ones.
  while (!slots.empty()) {
    const std::size_t number = ShardOf(slots.front());
    const auto others = std::partition(slots.begin(), slots.end(), [&](auto slot) { return ShardOf(slot) == number; });
    Shard& shard = shards_[number];
    const std::lock_guard lock(shard.mutex);
    shard.free.insert(shard.free.end(), slots.begin(), others);
    slots = {others, slots.end()};
  }
}

std::array<std::size_t, limits::kOwnShards> FreeSlots::Used() const {
  std::array<std::size_t, limits::kOwnShards> used{};
  for (std::size_t i = 0; i < used.size(); ++i) {
    std::int64_t sum = used_without_magazine_[i].load(std::memory_order_relaxed);
    for (const Magazine& magazine : magazines_) sum += magazine.used[i].load(std::memory_order_relaxed);
    used[i] = static_cast<std::size_t>(std::max<std::int64_t>(sum, 0));
  }
  return used;
}

std::size_t FreeSlots::bytes() const {
  std::size_t bytes = sizeof(*this);
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    bytes += shard.free.capacity() * sizeof(std::uint32_t);
  }
  return bytes;
}

}  // namespace skep::rpc
