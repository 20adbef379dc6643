#include "rpc/framer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace skep::rpc {
namespace {

/// White space of JSON, less the LF that cannot be inside a line.
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool IsBlank(std::span<const char> line) {
  // Nearly every line is decided by its first byte.
  return line.empty() || (IsSpace(line.front()) && std::ranges::all_of(line, IsSpace));
}

}  // namespace

Framer::Framer(BufferPool& pool, std::size_t max_frame)
    : pool_(pool), max_frame_(max_frame), most_space_(pool.block_bytes()), least_space_(most_space_ / 4) {}

Framer::~Framer() {
  begin_ = block_.size();
  Rest();
}

void Framer::Rest() {
  if (block_.capacity() == 0 || begin_ < block_.size()) return;
  pool_.Give(std::move(block_));
  begin_ = scanned_ = 0;
}

std::span<char> Framer::Space() {
  if (block_.capacity() == 0) block_ = pool_.Take();
  // A frame cut by the block's end is moved to the start of the block, and is then never moved again.
  const std::size_t rest = block_.size() - begin_;
  if (block_.capacity() > BufferPool::kOversize * most_space_ && rest + least_space_ <= most_space_) {
    Block smaller = pool_.Take();
    smaller.Append({block_.data() + begin_, rest});
    pool_.Give(std::exchange(block_, std::move(smaller)));
  } else if (begin_ > 0) {
    std::memmove(block_.data(), block_.data() + begin_, rest);
    block_.Resize(rest);
  }
  scanned_ -= begin_;
  begin_ = 0;
  if (block_.capacity() - rest < least_space_) {
    // A line is known to be too long when it is one byte and a CR beyond the limit: no line needs more than this.
    const std::size_t most = max_frame_ + 2 + least_space_;
    block_.Reserve(std::max(std::min(block_.capacity() * 2, most), rest + least_space_));
  }
  return {block_.data() + rest, std::min(block_.capacity() - rest, most_space_)};
}

void Framer::Filled(std::size_t n) {
  assert(n <= block_.capacity() - block_.size());
  block_.Wrote(n);
}

Framer::Got Framer::Next(std::span<char>& frame) {
  char* const data = block_.data();
  while (scanned_ < block_.size()) {
    auto* const newline = static_cast<char*>(std::memchr(data + scanned_, '\n', block_.size() - scanned_));
    if (newline == nullptr) break;
    const std::size_t begin = begin_;
    std::size_t end = static_cast<std::size_t>(newline - data);
    begin_ = scanned_ = end + 1;
    if (std::exchange(skipping_, false)) [[unlikely]]
      continue;
    if (end > begin && data[end - 1] == '\r') --end;
    const std::span<char> line(data + begin, end - begin);
    if (line.size() > max_frame_) [[unlikely]]
      return Got::kOversize;
    if (IsBlank(line)) [[unlikely]]
      continue;
    frame = line;
    return Got::kFrame;
  }
  return NeedMore(frame);
}

Framer::Got Framer::NeedMore(std::span<char>& frame) {
  scanned_ = block_.size();
  if (skipping_) begin_ = scanned_;
  const std::span<char> rest(block_.data() + begin_, scanned_ - begin_);
  if (rest.empty()) return Got::kNeedMore;
  // One byte more may still be the CR of its end, as long as there may be an LF.
  const bool may_end_in_cr = !finished_ && rest.back() == '\r';
  if (rest.size() - (may_end_in_cr ? 1 : 0) > max_frame_) {
    skipping_ = true;
    begin_ = scanned_;
    return Got::kOversize;
  }
  if (!finished_) return Got::kNeedMore;
  begin_ = scanned_;
  if (IsBlank(rest)) return Got::kNeedMore;
  frame = rest;
  return Got::kFrame;
}

}  // namespace skep::rpc
