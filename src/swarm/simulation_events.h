#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

/// What is going to happen in a simulation, and when.
namespace skep::swarm {

inline constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

/// Those from kAsk on are something that a worker does, if nothing has come between.
enum class What : std::uint8_t {
  kMake,
  kWake,
  kCancel,
  kHold,
  kGhost,
  kAsk,
  kReport,
  kProgress,
  kLate,
  kCrash,
  kReturn
};

struct Event {
  What what{};
  std::size_t worker = kNobody;
  std::int64_t task = 0;
  std::int64_t epoch = 0;
  std::int64_t until_us = 0;  ///< When the work will be done.
  std::int64_t at_us = 0;
  std::int64_t sequence = 0;    ///< Breaks ties.
  std::int64_t generation = 0;  ///< Of the worker; when that has changed, the event is void.

  bool operator>(const Event& other) const {
    return std::pair(at_us, sequence) > std::pair(other.at_us, other.sequence);
  }
};

/// Events by their time; those of one time in the order in which they were added.
class Agenda {
 public:
  void Add(std::int64_t at_us, Event event) {
    event.at_us = at_us;
    event.sequence = ++sequence_;
    events_.push(event);
  }
  bool empty() const { return events_.empty(); }
  /// REQUIRES: !empty().
  Event Take() {
    const Event event = events_.top();
    events_.pop();
    return event;
  }

 private:
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::int64_t sequence_ = 0;
};

}  // namespace skep::swarm
