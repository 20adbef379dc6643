#include "base/clock.h"

#include <ctime>

namespace skep {
namespace {

class MachineClock final : public Clock {
 public:
  std::int64_t WallMs() const override {
    const timespec now = Read(CLOCK_REALTIME);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  }
  std::int64_t SteadyNs() const override {
    const timespec now = Read(CLOCK_MONOTONIC);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  }
  std::int64_t BootMs() const override {
    const timespec now = Read(CLOCK_BOOTTIME);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  }

 private:
  static timespec Read(clockid_t id) {
    timespec now{};
    clock_gettime(id, &now);
    return now;
  }
};

}  // namespace

const Clock& SystemClock() {
  // Never destroyed: a thread that ends after main may still ask for the time.
  static const Clock& clock = *new MachineClock;
  return clock;
}

}  // namespace skep
