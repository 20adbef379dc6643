#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "skep/block.h"

namespace skep {

/// Lends blocks of one standard size and keeps what comes back, so that reading and answering allocate nothing once
/// warm. The block given back last is lent first: it is still in the processor's cache.
///
/// Thread-safe. Memory kept is at most `max_kept` blocks of kOversize standard sizes each. Under AddressSanitizer a
/// view into a block that was given back is reported when it is used.
class BufferPool {
 public:
  /// A block that has grown beyond this many standard sizes is freed when given back: one huge message must not cost
  /// its memory for ever, while a block that grew a little is worth keeping as it is.
  static constexpr std::size_t kOversize = 4;

  /// What would have served all that was measured, from how many blocks given back.
  struct Recommendation {
    /// Most blocks that were lent at once: with as many kept, every Take after the first round is a hit.
    std::size_t keep_blocks = 0;
    /// The smallest power of two, from 4 KiB up, that at least 99 % of the blocks given back would have fitted in.
    std::size_t block_bytes = 0;
    std::uint64_t samples = 0;
  };

  /// Since the pool was made.
  struct Stats {
    std::uint64_t hits = 0;    ///< Takes served from what was kept.
    std::uint64_t misses = 0;  ///< Takes that allocated.
    /// Lent and not given back. One that its borrower destroyed instead of giving back stays counted.
    std::size_t outstanding = 0;
    std::size_t high_water = 0;  ///< Most outstanding at once.
    std::uint64_t returned = 0;
    std::uint64_t returned_oversize = 0;           ///< Of those, freed because they had grown beyond kOversize.
    std::size_t kept = 0;                          ///< Ready to be lent.
    std::optional<Recommendation> recommendation;  ///< Nothing when nothing was given back: no data.
  };

  explicit BufferPool(std::size_t block_bytes = limits::kReadBlock, std::size_t max_kept = limits::kPoolBlocks);
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  /// An empty block with at least block_bytes() of capacity.
  Block Take();
  /// Takes back a lent block. Its contents end here; give it as it was used, without clearing it: its size is what
  /// the recommendation is made from. One whose memory was moved elsewhere is given back empty: it is then no longer
  /// outstanding, and nothing else is known of it.
  void Give(Block block);

  std::size_t block_bytes() const { return block_bytes_; }
  Stats stats() const;

 private:
  /// Size classes of the recommendation: class i is (4 KiB << (i - 1), 4 KiB << i], the last one open above.
  static constexpr std::size_t kSizeClasses = 14;

  const std::size_t block_bytes_;
  const std::size_t max_kept_;
  mutable std::mutex mutex_;
  std::vector<Block> kept_;
  Stats counts_;
  std::array<std::uint64_t, kSizeClasses> sizes_{};
};

}  // namespace skep
