#include "handlers/value_part.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "base/limits.h"
#include "json/vector.h"

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
constexpr std::size_t kPlainCost = 2;
constexpr std::size_t kMaxCost = 13;

std::size_t CostOf(char c) { return kCosts[static_cast<unsigned char>(c)]; }

/// Bytes at the beginning of `text` that cost no more than the budget. Most are plain, and are counted by the vector.
std::size_t CountAffordable(std::string_view text) {
  std::size_t left = kBudget;
  std::size_t size = 0;
#if defined(__SSE2__)
  constexpr std::size_t kWidth = sizeof(__m128i);
  for (; text.size() - size >= kWidth; size += kWidth) {
    std::size_t cost = kWidth * kPlainCost;
    for (std::uint32_t specials = json::Specials(json::Load(text.data() + size)); specials != 0;
         specials &= specials - 1) {
      cost += CostOf(text[size + static_cast<std::size_t>(std::countr_zero(specials))]) - kPlainCost;
    }
    if (cost > left) break;
    left -= cost;
  }
#endif
  for (; size < text.size() && CostOf(text[size]) <= left; ++size) left -= CostOf(text[size]);
  return size;
}

/// The longest part there is, and a character before and behind it, which tell whether it is cut between characters.
constexpr std::size_t kLongestPart = kBudget / kPlainCost;
constexpr std::size_t kCharacter = 4;

/// Whether the value's byte is one inside a character. REQUIRES: it was read, or is beyond the end.
bool InsideCharacter(const ValueBytes& value, std::size_t at) {
  return at < value.size && (static_cast<unsigned char>(value.bytes[at - value.from]) & 0xc0) == 0x80;
}

}  // namespace

swarm::Wanted WantedFor(std::int64_t offset, std::optional<std::int64_t> length) {
  const auto begin = static_cast<std::size_t>(offset);
  const std::size_t from = begin - std::min(begin, kCharacter);
  const std::size_t longest = length ? std::min(static_cast<std::size_t>(*length), kLongestPart) : kLongestPart;
  return {.from = from, .most = (begin - from) + longest + kCharacter, .whole = limits::kCacheMaxValue};
}

Expected<std::string_view> TakePart(const ValueBytes& value, std::int64_t offset, std::optional<std::int64_t> length) {
  const auto begin = static_cast<std::size_t>(offset);
  if (begin > value.size) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("offset {} is beyond the end: the value has {} bytes", begin, value.size));
  }
  if (InsideCharacter(value, begin)) {
    std::size_t nearest = begin;
    while (InsideCharacter(value, nearest)) --nearest;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("offset {} is inside a character, which begins at {}", begin, nearest));
  }
  std::string_view part = value.bytes.substr(begin - value.from);
  if (length && static_cast<std::uint64_t>(*length) < part.size())
    part = part.substr(0, static_cast<std::size_t>(*length));
  if (part.size() * kMaxCost > kBudget) part = part.substr(0, CountAffordable(part));
  std::size_t size = part.size();
  while (InsideCharacter(value, begin + size)) --size;
  if (size == 0 && begin < value.size) {
    return Fail(ErrorCode::kInvalidArgument,
                "length is shorter than the character at this offset: ask for 4 bytes or more");
  }
  return part.substr(0, size);
}

}  // namespace skep::handlers
