#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace skep::load {

/// A request that has been sent and not answered.
struct Sent {
  std::int64_t due_ns = 0;
  std::int64_t sent_ns = 0;
  std::uint32_t connection = 0;
  std::uint16_t operation = 0;
  std::uint32_t agent = 0;  ///< Who asks, where the operation is an agent's.
};

/// The requests in flight by their ids, which only grow and are never used again, as MCP asks. A ring: a request lies
/// where its id, modulo the ring's size, says; an id whose place is taken by a slow one is left out. The ring is at
/// least twice as large as what is ever in flight, so that every second place is free. Not thread-safe.
class Pending {
 public:
  /// The ids begin at `first`, which is above 0.
  Pending(std::size_t most, std::int64_t first) : places_(std::bit_ceil(2 * most)), next_(first) {}

  std::size_t size() const { return size_; }
  /// The id of a request. REQUIRES: fewer than `most` are in flight.
  std::int64_t Add(const Sent& sent) {
    while (At(next_).id != 0) ++next_;
    At(next_) = {next_, sent};
    ++size_;
    return next_++;
  }
  /// The request of that id, if it is in flight on that connection; from now on it is not.
  std::optional<Sent> Take(std::int64_t id, std::uint32_t connection) {
    if (id <= 0) return std::nullopt;
    Place& place = At(id);
    if (place.id != id || place.sent.connection != connection) return std::nullopt;
    place.id = 0;
    --size_;
    return place.sent;
  }
  /// Forgets all on that connection, and says how many of them were due at `since_ns` or later.
  std::size_t Drop(std::uint32_t connection, std::int64_t since_ns) {
    std::size_t dropped = 0;
    for (Place& place : places_) {
      if (place.id == 0 || place.sent.connection != connection) continue;
      if (place.sent.due_ns >= since_ns) ++dropped;
      place.id = 0;
      --size_;
    }
    return dropped;
  }

 private:
  struct Place {
    std::int64_t id = 0;  ///< 0: free.
    Sent sent;
  };
  Place& At(std::int64_t id) { return places_[static_cast<std::size_t>(id) & (places_.size() - 1)]; }

  std::vector<Place> places_;
  std::size_t size_ = 0;
  std::int64_t next_;
};

}  // namespace skep::load
