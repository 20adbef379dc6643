#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "base/limits.h"

namespace skep::rpc {

/// Which of limits::kMaxOwnRequests numbered slots are free.
///
/// A thread takes from and gives to a magazine that belongs to its ThreadNumber, which no other thread has: this costs
/// no more than a vector. Magazines are filled from and emptied to the shards' stacks, half a magazine at a time. They
/// stay when a thread ends, and go to the next one with its number. Threads beyond the first limits::kMagazines have
/// none and use the stacks.
///
/// Any thread.
class FreeSlots {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::uint32_t kShardSlots = limits::kMaxOwnRequests / limits::kOwnShards;

  static std::size_t ShardOf(std::uint32_t slot) { return slot / kShardSlots; }

  FreeSlots() = default;
  FreeSlots(const FreeSlots&) = delete;
  FreeSlots& operator=(const FreeSlots&) = delete;

  /// A slot that is the caller's until it gives it back, the one given last first; kNone if none is free but those in
  /// other threads' magazines. What was done to the slot before it was given back, the caller sees. Slots of a shard
  /// are used from its first on, so that the number of those ever used stays small.
  std::uint32_t Take();
  void Give(std::uint32_t slot);

  /// How many are not free, by shard.
  std::array<std::size_t, limits::kOwnShards> Used() const;
  std::size_t bytes() const;

 private:
  using Counts = std::array<std::atomic<std::int64_t>, limits::kOwnShards>;
  /// Used by one thread, except for what is counted.
  struct alignas(64) Magazine {
    std::uint32_t count = 0;
    std::array<std::uint32_t, limits::kMagazineSlots> slots;
    Counts used{};  ///< By shard: taken less given through this magazine.
  };
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    std::vector<std::uint32_t> free;
    std::uint32_t fresh = 0;  ///< From here on, slots were never used.
  };

  /// Fills `to` with up to `count` slots, and says how many.
  std::uint32_t TakeFromShards(std::size_t first_shard, std::uint32_t* to, std::uint32_t count);
  /// Leaves them in another order.
  void GiveToShards(std::span<std::uint32_t> slots);

  std::array<Magazine, limits::kMagazines> magazines_;
  std::array<Shard, limits::kOwnShards> shards_;
  Counts used_without_magazine_{};
};

}  // namespace skep::rpc
