#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/buffer_pool.h"
#include "base/limits.h"
#include "skep/block.h"

namespace skep::rpc {

/// Cuts a byte stream into lines, where they lie: read into Space(), say how much with Filled(), take frames with
/// Next() until it needs more.
///
/// A line ends at LF; one CR right before it belongs to the end. Empty lines and lines of JSON white space are dropped.
/// Only a frame that the end of the block cuts is moved, once, and no byte is searched twice. Memory held is one block
/// that the pool would keep; more, and never more than the longest frame asks for, only while such a frame comes in.
/// Not thread-safe.
class Framer {
 public:
  enum class Got : std::uint8_t {
    kNeedMore,  ///< No whole frame is left.
    kFrame,
    kOversize,  ///< A line passed the limit. Told once, as soon as it is known; the rest of the line is dropped.
  };

  /// `pool` must outlive the framer.
  explicit Framer(BufferPool& pool, std::size_t max_frame = limits::kMaxFrame);
  ~Framer();
  Framer(const Framer&) = delete;
  Framer& operator=(const Framer&) = delete;

  /// Where to read to: between a quarter of the pool's block size and the whole of it. Ends the views of earlier
  /// frames. REQUIRES: Next() said kNeedMore, or nothing was ever filled in.
  std::span<char> Space();
  /// The first `n` bytes of the last Space() now hold input.
  void Filled(std::size_t n);
  /// The next frame, without its line end. It may be changed in place, Block::kPadding bytes behind it are readable,
  /// and it is good until the next Space() or Rest().
  Got Next(std::span<char>& frame);
  /// Gives the block back to the pool if there is nothing in it that will be needed. Space() takes another.
  void Rest();
  /// No more input will come: what has no line end yet is the last frame.
  void FinishInput() { finished_ = true; }

 private:
  Got NeedMore(std::span<char>& frame);

  BufferPool& pool_;
  const std::size_t max_frame_;
  const std::size_t most_space_;
  /// With less room, system calls would cost more than moving and growing cost copies.
  const std::size_t least_space_;
  Block block_;
  /// Where the line that is looked at starts, and up to where it is known to have no LF.
  std::size_t begin_ = 0;
  std::size_t scanned_ = 0;
  /// The line that is looked at was reported as oversize: drop what comes, up to its LF.
  bool skipping_ = false;
  bool finished_ = false;
};

}  // namespace skep::rpc
