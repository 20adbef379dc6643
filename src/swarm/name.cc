#include "swarm/name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "base/printable.h"
#include "base/suggest.h"

namespace skep::swarm {
namespace {

/// Of what a name is made from, so that "-<n>" still fits.
constexpr std::size_t kMaxStem = limits::kMaxName - 12;
/// Bytes of a name that an error repeats.
constexpr std::size_t kShown = 100;

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool LooksLikeId(std::string_view name) { return ParseId("sw", name) || ParseId("ag", name); }

}  // namespace

Expected<void> CheckName(std::string_view what, std::string_view name) {
  const auto refuse = [&](std::string_view why) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} {}, got \"{}\"", what, why, Printable(name, kShown)));
  };
  if (name.empty() || name.size() > limits::kMaxName) {
    return refuse(fmt::format("must have 1 to {} bytes", limits::kMaxName));
  }
  if (std::ranges::any_of(name, IsControl)) return refuse("must not have control characters");
  if (name.front() == ' ' || name.back() == ' ') return refuse("must not begin or end with a space");
  if (LooksLikeId(name)) return refuse("must not have the form of an id");
  return {};
}

std::string FirstFreeName(std::string_view stem, FunctionRef<bool(const std::string&)> taken) {
  const auto name = [stem](std::int64_t n) { return fmt::format("{}-{}", stem.substr(0, kMaxStem), n); };
  // Doubles until one is free, then halves the distance to the last that was taken.
  std::int64_t last_taken = 0;
  std::int64_t free = 1;
  while (taken(name(free))) {
    last_taken = free;
    free *= 2;
  }
  while (free - last_taken > 1) {
    const std::int64_t middle = last_taken + (free - last_taken) / 2;
    (taken(name(middle)) ? last_taken : free) = middle;
  }
  return name(free);
}

std::string DidYouMean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view nearest = Nearest(word, candidates);
  return nearest.empty() ? std::string() : fmt::format(" (did you mean \"{}\"?)", nearest);
}

std::string DidYouMean(std::string_view word, std::span<const std::string> candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  return DidYouMean(word, views);
}

}  // namespace skep::swarm
