#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "skep/error.h"
#include "store/cache.h"
#include "store/checkpointer.h"
#include "store/database.h"
#include "store/group.h"
#include "store/operation.h"
#include "store/options.h"
#include "store/transaction.h"
#include "store/write_lock.h"

namespace skep::store {

/// The thread that writes: takes whatever has been submitted, up to a bound, runs it in one transaction and hands it
/// back. Nothing waits for company: while one group is being committed, the next one gathers by itself.
class Writer {
 public:
  /// Begins to open the database. Everything given must outlive it.
  Writer(const Options& options, const Clock& clock, Executor& executor, Cache& cache);
  /// Finishes what was submitted, on the calling thread.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Any thread.
  void Submit(std::unique_ptr<Operation> operation);

  /// Operations that nobody has taken up yet. Any thread.
  std::size_t queued() {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }

  /// Waits until the database has been opened, and returns a number that is another one whenever it was opened anew (it
  /// had been deleted). When opening has failed: the reason, and it is tried again.
  Expected<std::uint64_t> WaitUntilOpen();
  /// That number; 0 while it is not open. Does not wait.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  /// What the thread works with while the database is open.
  struct Connection {
    Connection(std::unique_ptr<Database> opened, Cache& cache, const Clock* clock)
        : database(std::move(opened)), transaction(*database, cache, clock), checkpointer(*database) {}
    std::unique_ptr<Database> database;
    Transaction transaction;
    Checkpointer checkpointer;
  };

  /// Operations that are done, on their way back. Outlives the Writer in what was posted.
  struct Done {
    std::mutex mutex;
    std::vector<Pending> operations;
    bool posted = false;
    /// Returns whether there was anything.
    bool Finish();
  };

  void Main();
  /// Waits for operations and moves up to a group of them out of the queue. Empty: there has been quiet for a while, or
  /// the end has come.
  std::vector<Pending> Take();
  /// Moves what has been taken from the queue into a group, up to its bound.
  void MoveInto(std::vector<Pending>& group);
  /// Adds what was submitted while the group waited for the lock: with several processes at work that is most of the
  /// time, and whoever came too late for it would wait for all of them once more.
  void TopUp(std::vector<Pending>& group);
  bool closing();
  bool open_requested();
  void RunAndReturn(std::vector<Pending> group);
  void CheckpointIfDue();
  void Return(std::vector<Pending> group);
  /// Opens the database unless it is open and still the one at its path.
  Expected<void> EnsureOpen();
  void Maintain(std::int64_t lock_wait_ms);
  bool MaintenanceIsDue() const;
  /// Gives back what work has left behind, now that there is quiet: the pages that SQLite has cached and what is free
  /// in the heap. The kernel still caches the file, so that the next operation pays microseconds for it.
  void ReleaseMemory();
  void Close();

  const Options& options_;
  const Clock& clock_;
  Executor& executor_;
  Cache& cache_;
  const std::shared_ptr<Done> done_ = std::make_shared<Done>();

  std::mutex mutex_;
  /// To the thread: there is something to do.
  std::condition_variable wake_;
  /// From the thread: opening has ended.
  std::condition_variable opened_;
  std::vector<std::unique_ptr<Operation>> queue_;
  bool closing_ = false;
  bool open_requested_ = true;
  std::optional<Error> open_error_;
  /// 0 while the database is not open.
  std::atomic<std::uint64_t> generation_ = 0;

  // The rest belongs to the thread.
  WriteLock lock_;
  std::optional<Connection> connection_;
  std::uint64_t openings_ = 0;
  /// Taken from the queue, and not yet run from here on.
  std::vector<std::unique_ptr<Operation>> taken_;
  std::size_t next_ = 0;
  /// Whether anything was written here.
  bool wrote_ = false;
  bool maintenance_wanted_ = true;
  bool maintenance_has_more_ = false;
  std::size_t written_since_maintenance_ = 0;
  std::int64_t maintenance_ended_ns_ = 0;
  std::int64_t maintenance_took_ns_ = 0;

  std::thread thread_;
};

}  // namespace skep::store
