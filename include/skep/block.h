#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

namespace skep {

/// A growable piece of memory with one owner: what is read arrives in one, what is sent is written into one.
///
/// kPadding bytes behind the capacity may always be read (never trusted): simdjson and the SSE2 loops read past the
/// end of their input. Growing uses realloc, which for large blocks moves pages instead of bytes.
/// Not thread-safe; may be handed from thread to thread.
class Block {
 public:
  /// simdjson 3.0 asks for 32 bytes, an unrolled SSE2 loop for 64.
  static constexpr std::size_t kPadding = 64;

  Block() = default;
  explicit Block(std::size_t capacity) { Reserve(capacity); }
  Block(Block&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Block& operator=(Block&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() { std::free(data_); }

  char* data() { return data_; }
  const char* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {data_, size_}; }

  /// Makes room for `more` bytes behind what is there and returns where they go. Moves the block: views into it end.
  char* Room(std::size_t more) {
    if (capacity_ - size_ < more) [[unlikely]]
      Grow(more);
    return data_ + size_;
  }
  /// Counts in `n` bytes that were written at Room(). REQUIRES: n ≤ what was asked for.
  void Wrote(std::size_t n) { size_ += n; }
  /// REQUIRES: size ≤ capacity().
  void Resize(std::size_t size) { size_ = size; }
  void Clear() { size_ = 0; }
  void Append(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(Room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  /// Capacity is then at least `capacity`.
  void Reserve(std::size_t capacity);

 private:
  void Grow(std::size_t more);

  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace skep
