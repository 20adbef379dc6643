#include "handlers/value_part.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace skep::handlers {
namespace {

/// What a value may cost in its answer: the longest line less what surrounds it.
constexpr std::size_t kBudget = limits::kMaxLine - 64 * limits::kKiB;

/// Bytes on the wire for each byte of a value: escaped in the structured result, and that escaped again in the text.
constexpr std::array<std::uint8_t, 256> MakeCosts() {
  std::array<std::uint8_t, 256> costs{};
  costs.fill(1 + 1);
  for (std::size_t c = 0; c < 0x20; ++c) costs[c] = 6 + 7;                                         // \u0001, \\u0001
  for (const char c : {'\b', '\f', '\n', '\r', '\t'}) costs[static_cast<std::size_t>(c)] = 2 + 3;  // \n, \\n
  for (const char c : {'"', '\\'}) costs[static_cast<std::size_t>(c)] = 2 + 4;                     // \", \\\"
  return costs;
}
constexpr auto kCosts = MakeCosts();
constexpr std::size_t kMaxCost = 13;

bool InsideCharacter(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
}

}  // namespace

Expected<std::string_view> TakePart(std::string_view value, std::int64_t offset, std::optional<std::int64_t> length) {
  const auto begin = static_cast<std::size_t>(offset);
  if (begin > value.size()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("offset {} is beyond the end: the value has {} bytes", begin, value.size()));
  }
  if (InsideCharacter(value, begin)) {
    std::size_t nearest = begin;
    while (InsideCharacter(value, nearest)) --nearest;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("offset {} is inside a character, which begins at {}", begin, nearest));
  }
  std::string_view part = value.substr(begin);
  if (length && static_cast<std::uint64_t>(*length) < part.size())
    part = part.substr(0, static_cast<std::size_t>(*length));
  if (part.size() * kMaxCost > kBudget) {
    std::size_t cost = 0;
    std::size_t size = 0;
    while (size < part.size() && (cost += kCosts[static_cast<unsigned char>(part[size])]) <= kBudget) ++size;
    part = part.substr(0, size);
  }
  std::size_t size = part.size();
  while (InsideCharacter(value, begin + size)) --size;
  if (size == 0 && begin < value.size()) {
    return Fail(ErrorCode::kInvalidArgument,
                "length is shorter than the character at this offset: ask for 4 bytes or more");
  }
  return part.substr(0, size);
}

}  // namespace skep::handlers
