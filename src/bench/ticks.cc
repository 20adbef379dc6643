#include "bench/ticks.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/clock.h"

namespace skep::bench {
namespace {

constexpr std::int64_t kLookNs = 20'000'000;
constexpr std::size_t kGaps = 10'001;

}  // namespace

std::uint64_t Ticks::Now() {
#ifdef __x86_64__
  __builtin_ia32_lfence();
  const std::uint64_t now = __builtin_ia32_rdtsc();
  __builtin_ia32_lfence();
  return now;
#else
  return static_cast<std::uint64_t>(SystemClock().SteadyNs());
#endif
}

Ticks::Ticks() {
  const std::int64_t began_ns = SystemClock().SteadyNs();
  const std::uint64_t from = Now();
  std::vector<std::uint64_t> gaps(kGaps);
  while (SystemClock().SteadyNs() - began_ns < kLookNs) {
    for (std::uint64_t& gap : gaps) {
      const std::uint64_t once = Now();
      gap = Now() - once;
    }
  }
  ns_ = static_cast<double>(SystemClock().SteadyNs() - began_ns) / static_cast<double>(Now() - from);
  std::ranges::nth_element(gaps, gaps.begin() + kGaps / 2);
  own_ = gaps[kGaps / 2];
}

std::uint64_t Ticks::Ns(std::uint64_t from, std::uint64_t to) const {
  return static_cast<std::uint64_t>(static_cast<double>(to - from - std::min(own_, to - from)) * ns_);
}

}  // namespace skep::bench
