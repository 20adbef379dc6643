#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

namespace skep::rpc {

/// A deadline that never comes.
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// When a group of pending requests is to be looked at for what has expired: never later than the first deadline in it,
/// but perhaps earlier, because a request that ends leaves it as it is. With fixed time-outs a new request's deadline
/// is the last one, so that arming it is a comparison; and a look comes once in a time-out, finds most requests over,
/// and moves on to the first deadline of those that are left.
///
/// Any thread. Who adds a request makes it visible first and calls Lower then. Who looks calls Reset first, reads the
/// requests then, and ends with Lower. Whichever comes second sees the other, so no deadline is lost. This takes
/// sequential consistency, of what makes requests visible too, unless a lock does both.
class Earliest {
 public:
  std::int64_t ns() const { return ns_.load(std::memory_order_seq_cst); }
  void Reset() { ns_.store(kNever, std::memory_order_seq_cst); }
  void Lower(std::int64_t ns) {
    std::int64_t now = ns_.load(std::memory_order_seq_cst);
    while (ns < now && !ns_.compare_exchange_weak(now, ns, std::memory_order_seq_cst)) {
    }
  }

 private:
  std::atomic<std::int64_t> ns_{kNever};
};

}  // namespace skep::rpc
