#include "rpc/thread_number.h"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace skep::rpc {
namespace {

class Numbers {
 public:
  std::uint32_t Take() {
    const std::lock_guard lock(mutex_);
    const auto at = std::ranges::find(taken_, false);
    const auto number = static_cast<std::uint32_t>(at - taken_.begin());
    if (at == taken_.end()) {
      taken_.push_back(true);
    } else {
      *at = true;
    }
    return number;
  }
  void Give(std::uint32_t number) {
    const std::lock_guard lock(mutex_);
    taken_[number] = false;
  }

 private:
  std::mutex mutex_;
  std::vector<bool> taken_;
};

/// Never destroyed: threads may end after main has.
Numbers& AllNumbers() {
  static auto* const numbers = new Numbers;
  return *numbers;
}

struct GiveBack {
  ~GiveBack() { AllNumbers().Give(std::exchange(detail::thread_number, kEndingThread)); }
};

}  // namespace

std::uint32_t detail::FirstThreadNumber() {
  thread_number = AllNumbers().Take();
  thread_local const GiveBack at_end;
  static_cast<void>(at_end);
  return thread_number;
}

}  // namespace skep::rpc
