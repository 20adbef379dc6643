#include "mcp/drain_clock.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace skep::mcp {
namespace {

constexpr std::int64_t kEnoughNs = 10'000'000;

#if defined(__x86_64__)
std::uint64_t Ticks() { return __rdtsc(); }
/// Intel's manual, volume 3, 18.17.1 "Invariant TSC": it runs at a constant rate in all states of the processor.
bool TicksAreEven() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1U << 8)) != 0;
}
#else
std::uint64_t Ticks() { return 0; }
bool TicksAreEven() { return false; }
#endif

}  // namespace

DrainClock::DrainClock(const Clock& clock) : clock_(clock), ticks_(TicksAreEven()) {}

std::int64_t DrainClock::Begin() {
  begun_ns_ = clock_.SteadyNs();
  if (!ticks_) return begun_ns_;
  begun_ticks_ = Ticks();
  if (first_ticks_ == 0) {
    first_ns_ = begun_ns_;
    first_ticks_ = begun_ticks_;
  }
  const std::int64_t measured_ns = begun_ns_ - first_ns_;
  if (measured_ns >= kEnoughNs && begun_ticks_ > first_ticks_) {
    ns_per_tick_ = static_cast<double>(measured_ns) / static_cast<double>(begun_ticks_ - first_ticks_);
  }
  return begun_ns_;
}

std::int64_t DrainClock::Now() const {
  if (ns_per_tick_ == 0) return clock_.SteadyNs();
  const std::uint64_t ticks = Ticks();
  // Another core's counter may be some ticks behind.
  if (ticks <= begun_ticks_) return begun_ns_;
  return begun_ns_ + static_cast<std::int64_t>(static_cast<double>(ticks - begun_ticks_) * ns_per_tick_);
}

}  // namespace skep::mcp
