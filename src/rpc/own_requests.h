#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/function_ref.h"
#include "base/limits.h"
#include "rpc/earliest.h"

namespace skep::rpc {

/// Bits of an owner by which Find and Take tell it from others.
inline constexpr unsigned kOwnerBits = 30;

/// How a pending request ends. An answer that comes afterwards is a duplicate, or late.
enum class Ending : std::uint8_t { kAnswered, kGivenUp };

/// Since the table was made.
struct OwnRequestStats {
  std::array<std::size_t, limits::kOwnShards> pending{};  ///< By shard, now.
  std::uint64_t late = 0;        ///< Answers to what was given up, or is so long over that its slot has had others.
  std::uint64_t duplicates = 0;  ///< Answers to what was answered.
  std::uint64_t forged = 0;      ///< Answers with an id that was never given, or was given to another owner's request.
  std::uint64_t refused = 0;     ///< Requests for which there was no slot.
  std::uint64_t cancelled = 0;   ///< By CancelOwner.
  std::uint64_t expired = 0;
  std::size_t bytes = 0;  ///< Memory held. It grows with the most that were pending at once, and stays.

  std::size_t AllPending() const;
};

/// OwnRequests for pointers of any kind, in which all its work is done.
class OwnSlots {
 public:
  struct Pending {
    std::uint64_t id = 0;
    std::int64_t owner = 0;
    void* request = nullptr;
    std::int64_t deadline_ns = kNever;
  };

  explicit OwnSlots(std::uint32_t first_generation);
  ~OwnSlots();
  OwnSlots(const OwnSlots&) = delete;
  OwnSlots& operator=(const OwnSlots&) = delete;

  std::optional<std::uint64_t> Insert(std::int64_t owner, void* request, std::int64_t deadline_ns);
  void* Find(std::int64_t owner, std::uint64_t id) const;
  void* Take(std::int64_t owner, std::uint64_t id, Ending ending);
  std::size_t CancelOwner(std::int64_t owner, FunctionRef<void(const Pending&)> each);
  std::size_t Expire(std::int64_t now_ns, FunctionRef<void(const Pending&)> each);
  OwnRequestStats stats() const;

 private:
  struct Table;
  const std::unique_ptr<Table> table_;
};

/// Requests of ours to clients that wait for their answers (elicitation, sampling, roots).
///
/// We choose the id, so it is the address: a slot's number and which of the slot's requests it is, its generation. To
/// find a request is to index an array and to compare a generation; to end it is one compare-and-swap of that, which
/// one caller wins, whether it answers, cancels or expires. An answer that is late, repeated or made up misses, and is
/// counted. Ids are below 2^52 and never 0: JSON's numbers are doubles for many.
///
/// Owners are sessions' numbers. Whose a request is, Find and Take see by the lower 30 bits, which differ unless a
/// billion sessions lie between two.
///
/// All calls from any thread. None waits for a callback of another; Find and Take take no lock, but for one Take in 32
/// when more requests end on a thread than begin there.
template <class T>
class OwnRequests {
 public:
  struct Pending {
    std::uint64_t id = 0;
    std::int64_t owner = 0;  ///< The session.
    T* request = nullptr;
    std::int64_t deadline_ns = kNever;
  };

  /// `first_generation` is that of every slot's first request. Give a random one, and answers to the requests of an
  /// earlier process miss too.
  explicit OwnRequests(std::uint32_t first_generation = 1) : slots_(first_generation) {}

  /// Enters a request and says its id; nothing when limits::kMaxOwnRequests are pending, less
  /// those slots that lie in other threads' magazines (FreeSlots). From when it is entered, which
  /// is before this returns, CancelOwner and Expire may give it to their callers. REQUIRES: `request` is not null.
  std::optional<std::uint64_t> Insert(std::int64_t owner, T* request, std::int64_t deadline_ns) {
    return slots_.Insert(owner, request, deadline_ns);
  }
  /// The request, if it is pending and of that owner; else null. Another thread may end it at any time: who follows the
  /// pointer must know that none does.
  T* Find(std::int64_t owner, std::uint64_t id) const { return static_cast<T*>(slots_.Find(owner, id)); }
  /// Ends a request: it is the caller's, and no other's. Null if it is not pending, or is another owner's; this counts
  /// as a wrong answer if it was to be kAnswered.
  T* Take(std::int64_t owner, std::uint64_t id, Ending ending = Ending::kAnswered) {
    return static_cast<T*>(slots_.Take(owner, id, ending));
  }
  /// Ends all that the owner has pending, and says how many; `each` has them. One that is entered meanwhile may be
  /// left. Time goes with the slots whose last request was the owner's.
  std::size_t CancelOwner(std::int64_t owner, FunctionRef<void(const Pending&)> each) {
    return slots_.CancelOwner(owner, [&](const OwnSlots::Pending& one) { each(Typed(one)); });
  }
  /// Ends all whose deadline is `now_ns` or earlier, and says how many; `each` has them. What a call on another thread
  /// is looking at is left to that. With nothing due this takes nanoseconds; else it looks at the 64 slots around each
  /// request that is due, or was when it ended (Earliest).
  std::size_t Expire(std::int64_t now_ns, FunctionRef<void(const Pending&)> each) {
    return slots_.Expire(now_ns, [&](const OwnSlots::Pending& one) { each(Typed(one)); });
  }

  /// Exact when no other call is under way.
  OwnRequestStats stats() const { return slots_.stats(); }

 private:
  static Pending Typed(const OwnSlots::Pending& one) {
    return {.id = one.id, .owner = one.owner, .request = static_cast<T*>(one.request), .deadline_ns = one.deadline_ns};
  }

  OwnSlots slots_;
};

/// The id of an answer, given as JSON text, as a number; 0, which is no request's, if it is none.
std::uint64_t ReadOwnId(std::string_view json);

}  // namespace skep::rpc
