#pragma once

#include <span>
#include <string>
#include <string_view>

#include "json/reader.h"
#include "skep/block.h"

namespace skep::fuzz_targets {

/// A text in memory of exactly its size, and behind it the bytes that the parser may read but not trust: `filler` over
/// and over, so that what goes on into them is seen.
class PaddedText {
 public:
  PaddedText(std::string_view text, char filler);
  std::span<char> text() { return {block_.data(), block_.size()}; }

 private:
  Block block_;
};

/// Whether 3.0 and 3 are told apart.
enum class Numbers : bool { kByType, kByValue };

/// What a document says, in an unambiguous form: two texts that say the same have the same. Members keep their order,
/// and those that come twice stay.
std::string Describe(json::Value value, Numbers numbers = Numbers::kByType);

}  // namespace skep::fuzz_targets
