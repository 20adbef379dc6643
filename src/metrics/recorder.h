#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "metrics/distribution.h"

namespace skep::metrics {

/// Names an operation of a Recorder.
enum class Operation : std::uint16_t {
  // Measured in every server, under these names. Nanoseconds, but for the sizes.
  kStoreQueue,       ///< "store:queue": a write, from its arrival until the store's thread begins it.
  kStoreLock,        ///< "store:lock": a group, while it waits for other processes' write lock.
  kStoreRun,         ///< "store:run": a group's operations, without its commit.
  kStoreCommit,      ///< "store:commit": a group's commit, fsync included.
  kStoreGroup,       ///< "store:group": how many operations a group had.
  kStoreCheckpoint,  ///< "store:checkpoint"
  kLoopDelay,        ///< "loop:delay": how late a timer of the loop's rang.
  kWaitTask,         ///< "wait:task": a claim, while it waited for a task.
  kWaitMessage,      ///< "wait:message"
  kWaitLease,        ///< "wait:lease"
  kWaitTaskEnd,      ///< "wait:task_end"
  kWaitClient,       ///< "wait:client": a call, while its client was asked.
  kCorrelation,      ///< "correlation:find": which question of ours a client's answer belongs to.
  kCancelled,        ///< "cancelled": a call, until nobody wanted its answer any more. It counts nowhere else.
  kUnknown,          ///< "unknown": a message that is no request to any method there is, or no message.
  kFirst,            ///< The first that Register gives.
};

/// What was recorded of one operation.
struct Recorded {
  std::string_view operation;  ///< Its name; lives as long as the recorder.
  std::uint64_t errors = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  Distribution values;
};

/// Counts what is done, and how long it takes: since the process began, and without a lock. Each of the two threads
/// that do the work has counters of its own, which only ever rise; who wants to know what happened meanwhile looks at
/// them twice. A record costs some 5 ns, and no clock is read here.
class Recorder {
 public:
  /// Whose counters: the thread of connections, or the store's.
  enum class Thread : std::uint8_t { kLoop, kStore };

  Recorder();
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Gives an operation its number: the same again for the same name. Before anything is recorded under it, and on the
  /// loop's thread. kUnknown when there are limits::kMaxOperations already.
  Operation Register(std::string name);
  std::string_view name(Operation operation) const { return names_[static_cast<std::size_t>(operation)]; }

  /// On the thread that is named. `value`: nanoseconds, or what else the operation measures.
  void Record(Thread thread, Operation operation, std::uint64_t value, bool failed = false, std::uint64_t bytes_in = 0,
              std::uint64_t bytes_out = 0) {
    Cell& cell = CellOf(thread, operation);
    // One writer: what others read is never torn, and this costs what plain memory does.
    const auto add = [](std::atomic<std::uint64_t>& counter, std::uint64_t more) {
      counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
    };
    // Take() begins a new greatest.
    std::uint64_t most = cell.most.load(std::memory_order_relaxed);
    while (value > most && !cell.most.compare_exchange_weak(most, value, std::memory_order_relaxed)) {
    }
    add(cell.total, value);
    if (failed) [[unlikely]] {
      add(cell.errors, 1);
    }
    add(cell.bytes_in, bytes_in);
    add(cell.bytes_out, bytes_out);
    // The count at last: what was counted has all the rest.
    auto& count = cell.buckets[BucketScale::Of(value)];
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  /// What was recorded since the last Take(), of both threads together; operations of which there was nothing are left
  /// out. As what follows, on any thread.
  std::vector<Recorded> Take() { return Read(true); }
  /// The same, but it will be taken once more.
  std::vector<Recorded> Peek() { return Read(false); }
  /// What was recorded since the process began, but for the greatest value, which is since the last Take().
  std::vector<Recorded> Totals() const;

 private:
  /// Counters as they stood at some time.
  struct Counts {
    std::array<std::uint64_t, BucketScale::kCount> buckets{};
    std::uint64_t total = 0;
    std::uint64_t errors = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
  };
  struct Cell {
    std::array<std::atomic<std::uint64_t>, BucketScale::kCount> buckets{};
    std::atomic<std::uint64_t> total = 0;
    std::atomic<std::uint64_t> errors = 0;
    std::atomic<std::uint64_t> bytes_in = 0;
    std::atomic<std::uint64_t> bytes_out = 0;
    std::atomic<std::uint64_t> most = 0;  ///< Since the last Take().
    Counts taken;                         ///< What Take() has seen.
  };
  using Cells = std::array<std::atomic<Cell*>, limits::kMaxOperations>;

  Cell& CellOf(Thread thread, Operation operation) {
    auto& place = cells_[static_cast<std::size_t>(thread)][static_cast<std::size_t>(operation)];
    Cell* const cell = place.load(std::memory_order_relaxed);
    return cell != nullptr ? *cell : Make(place);
  }
  static Cell& Make(std::atomic<Cell*>& place);
  static Counts Load(const Cell& cell);
  /// Adds what was counted between two looks at a cell.
  static void AddDifference(const Counts& now, const Counts& before, std::uint64_t most, Recorded& to);
  std::vector<Recorded> Read(bool take);

  std::mutex reading_;  ///< Guards what was taken. Who records does not know of it.

  std::vector<std::string> names_;
  std::array<Cells, 2> cells_{};
};

}  // namespace skep::metrics
