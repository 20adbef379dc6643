#include "skep/block.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace skep {
namespace {

/// The first growth of an empty block: a short reply fits, so that it grows once.
constexpr std::size_t kSmallest = 256;
/// No allocator gives more; staying below it keeps the sums here from wrapping.
constexpr std::size_t kLargest = PTRDIFF_MAX - Block::kPadding;

/// Everything that a peer can make grow is bounded (limits.h), so this is a machine without memory or a bug of ours:
/// there is nothing to unwind to, and what was acknowledged is on disk.
[[noreturn]] void OutOfMemory(std::size_t wanted) {
  std::fprintf(stderr, "skep: out of memory (a block of %zu bytes)\n", wanted);
  std::abort();
}

}  // namespace

void Block::Reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  if (capacity > kLargest) OutOfMemory(capacity);
  void* grown = std::realloc(data_, capacity + kPadding);
  if (grown == nullptr) OutOfMemory(capacity);
  data_ = static_cast<char*>(grown);
  capacity_ = capacity;
}

void Block::Grow(std::size_t more) {
  if (more > kLargest - size_) OutOfMemory(more);
  Reserve(std::max({size_ + more, capacity_ * 2, kSmallest}));
}

}  // namespace skep
