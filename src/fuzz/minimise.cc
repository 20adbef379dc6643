#include "fuzz/minimise.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace skep::fuzz {
namespace {

std::vector<Step> LastRounds(const std::vector<Step>& steps, int rounds) {
  const int first = steps.front().round;
  const int last = steps.back().round;
  std::vector<Step> some;
  std::ranges::copy_if(steps, std::back_inserter(some),
                       [&](const Step& step) { return step.round == first || step.round > last - rounds; });
  return some;
}

/// The steps without those in [from, to).
std::vector<Step> Without(const std::vector<Step>& steps, std::size_t from, std::size_t to) {
  std::vector<Step> rest(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(from));
  rest.insert(rest.end(), steps.begin() + static_cast<std::ptrdiff_t>(to), steps.end());
  return rest;
}

}  // namespace

std::vector<Step> Minimise(const std::vector<Step>& steps, int tries, const StillFails& fails) {
  if (steps.empty()) return {};
  std::vector<Step> least;
  const int all = steps.back().round - steps.front().round + 1;
  for (int rounds = 1; least.empty() && tries > 0; rounds *= 2, --tries) {
    std::vector<Step> some = rounds >= all ? steps : LastRounds(steps, rounds);
    if (fails(some)) least = std::move(some);
    if (rounds >= all) break;
  }
  std::size_t parts = 2;
  while (least.size() > 1 && tries > 0) {
    bool reduced = false;
    const std::size_t size = (least.size() + parts - 1) / parts;
    for (std::size_t from = 0; from < least.size() && tries > 0; --tries) {
      std::vector<Step> rest = Without(least, from, std::min(from + size, least.size()));
      if (!rest.empty() && fails(rest)) {
        least = std::move(rest);
        reduced = true;
      } else {
        from += size;
      }
    }
    if (!reduced && size == 1) break;
    parts = reduced ? std::max<std::size_t>(parts - 1, 2) : std::min(parts * 2, least.size());
  }
  return least;
}

}  // namespace skep::fuzz
