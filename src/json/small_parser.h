#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/limits.h"
#include "json/tape.h"

namespace skep::json {

/// Parses the documents that clients send all day, in one pass and onto the tape that simdjson would write: a third of
/// its instructions for a line of 50 to 200 bytes, where the two passes and their set-up cost it most. What is rare it
/// declines, right or wrong, and leaves to simdjson: numbers that are no small integers, \u escapes, deep nesting. So
/// it needs no messages, and a line that it wrongly declines costs time and nothing else. Not thread-safe.
class SmallParser {
 public:
  /// Longest text accepted: simdjson is as fast from here on.
  static constexpr std::size_t kMaxText = 4 * limits::kKiB;
  /// Deepest nesting accepted: twice what any request of ours has.
  static constexpr unsigned kMaxDepth = 16;

  SmallParser();

  /// Whether the tape now holds the document. REQUIRES: at most kMaxText bytes, and Block::kPadding readable ones
  /// behind them.
  bool Parse(std::span<const char> text);
  Tape tape() const { return {words_.get(), strings_.get()}; }

 private:
  // Written before they are read, so they are not cleared, and pages that small documents do not reach cost nothing.
  std::unique_ptr<std::uint64_t[]> words_;
  std::unique_ptr<std::uint8_t[]> strings_;
};

}  // namespace skep::json
