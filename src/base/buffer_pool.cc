#include "base/buffer_pool.h"

#include <algorithm>
#include <bit>
#include <utility>

// GCC says so by a macro of its own, clang by a feature.
#if defined(__SANITIZE_ADDRESS__)
#define SKEP_POISONS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SKEP_POISONS
#endif
#endif
#if defined(SKEP_POISONS)
#include <sanitizer/asan_interface.h>
#endif

namespace skep {
namespace {

constexpr std::size_t kSmallestClass = 4 * limits::kKiB;

/// What a block was needed for. It says itself how much it holds; if it grew, it held more than that at some time, and
/// its capacity is what it grew to.
std::size_t Needed(const Block& block, std::size_t standard) {
  return block.capacity() > standard ? block.capacity() : block.size();
}

void Poison([[maybe_unused]] const Block& block) {
#if defined(SKEP_POISONS)
  __asan_poison_memory_region(block.data(), block.capacity() + Block::kPadding);
#endif
}

void Unpoison([[maybe_unused]] const Block& block) {
#if defined(SKEP_POISONS)
  __asan_unpoison_memory_region(block.data(), block.capacity() + Block::kPadding);
#endif
}

}  // namespace

BufferPool::BufferPool(std::size_t block_bytes, std::size_t max_kept) : block_bytes_(block_bytes), max_kept_(max_kept) {
  kept_.reserve(max_kept);
}

BufferPool::~BufferPool() { std::ranges::for_each(kept_, Unpoison); }

Block BufferPool::Take() {
  Block block;
  {
    const std::lock_guard lock(mutex_);
    counts_.high_water = std::max(counts_.high_water, ++counts_.outstanding);
    if (kept_.empty()) {
      ++counts_.misses;
    } else {
      ++counts_.hits;
      block = std::move(kept_.back());
      kept_.pop_back();
    }
  }
  if (block.capacity() == 0) {
    block.Reserve(block_bytes_);
  } else {
    Unpoison(block);
  }
  return block;
}

void BufferPool::Give(Block block) {
  const std::size_t needed = Needed(block, block_bytes_);
  const std::size_t size_class =
      static_cast<std::size_t>(std::bit_width((std::max(needed, std::size_t{1}) - 1) / kSmallestClass));
  const bool oversize = block.capacity() > kOversize * block_bytes_;
  block.Clear();
  // What is not kept is freed after the lock: `block` outlives it.
  const std::lock_guard lock(mutex_);
  if (counts_.outstanding > 0) --counts_.outstanding;
  if (block.capacity() == 0) return;
  ++counts_.returned;
  ++sizes_[std::min(size_class, kSizeClasses - 1)];
  if (oversize) ++counts_.returned_oversize;
  if (oversize || block.capacity() < block_bytes_ || kept_.size() == max_kept_) return;
  Poison(block);
  kept_.push_back(std::move(block));
}

BufferPool::Stats BufferPool::stats() const {
  const std::lock_guard lock(mutex_);
  Stats stats = counts_;
  stats.kept = kept_.size();
  if (stats.returned == 0) return stats;
  Recommendation recommendation{
      .keep_blocks = stats.high_water, .block_bytes = kSmallestClass, .samples = stats.returned};
  std::uint64_t fitting = sizes_[0];
  for (std::size_t i = 1; i < kSizeClasses && fitting * 100 < stats.returned * 99; ++i) {
    recommendation.block_bytes *= 2;
    fitting += sizes_[i];
  }
  stats.recommendation = recommendation;
  return stats;
}

}  // namespace skep
