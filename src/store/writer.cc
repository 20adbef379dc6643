#include "store/writer.h"

#include <malloc.h>
#include <pthread.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "base/log.h"

namespace skep::store {
namespace {

/// Signals are the main thread's affair: they would only interrupt us.
void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

bool HasMoved(Database& database) {
  int moved = 0;
  sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

std::unexpected<Error> ShuttingDown() { return Fail(ErrorCode::kUnavailable, "skep is shutting down"); }

void FailAll(std::vector<Pending>& group, const Error& error) {
  for (Pending& pending : group) pending.outcome = std::unexpected(error);
}

}  // namespace

bool Writer::Done::Finish() {
  std::vector<Pending> done;
  {
    const std::lock_guard lock(mutex);
    done.swap(operations);
    posted = false;
  }
  for (Pending& pending : done) {
    Operation& operation = *pending.operation;
    operation.Finish(std::move(pending.outcome));
    operation.Release(std::move(pending.operation));
  }
  return !done.empty();
}

Writer::Writer(const Options& options, const Clock& clock, Executor& executor, Cache& cache)
    : options_(options), clock_(clock), executor_(executor), cache_(cache), lock_(options.path) {
  thread_ = std::thread([this] { Main(); });
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  thread_.join();
  // What finishes may submit more, which then fails at once.
  while (done_->Finish()) {
  }
}

void Writer::Submit(std::unique_ptr<Operation> operation) {
  std::vector<Pending> refused;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) {
      refused.push_back({std::move(operation), ShuttingDown()});
    } else {
      queue_.push_back(std::move(operation));
    }
  }
  if (refused.empty()) {
    wake_.notify_one();
  } else {
    Return(std::move(refused));
  }
}

Expected<std::uint64_t> Writer::WaitUntilOpen() {
  if (const std::uint64_t generation = generation_.load(std::memory_order_acquire)) return generation;
  std::unique_lock lock(mutex_);
  if (open_error_ && !open_requested_) {
    open_requested_ = true;
    wake_.notify_one();
  }
  opened_.wait(lock, [this] { return !open_requested_; });
  if (const std::uint64_t generation = generation_.load(std::memory_order_acquire)) return generation;
  if (open_error_) return std::unexpected(*open_error_);
  return ShuttingDown();
}

void Writer::Main() {
  BlockSignals();
  pthread_setname_np(pthread_self(), "skep-store");
  if (auto opened = EnsureOpen(); !opened) Log(LogLevel::kWarn, "{}", opened.error().message);
  while (true) {
    std::vector<Pending> group = Take();
    if (!group.empty()) {
      RunAndReturn(std::move(group));
      if (MaintenanceIsDue()) Maintain(options_.lock_wait_ms);
    } else if (closing()) {
      break;
    } else if (open_requested()) {
      if (auto opened = EnsureOpen(); !opened) Log(LogLevel::kInfo, "{}", opened.error().message);
    } else {
      Maintain(limits::kIdleMs);
      if (!maintenance_has_more_) ReleaseMemory();
    }
  }
  Close();
}

std::vector<Pending> Writer::Take() {
  if (next_ == taken_.size()) {
    taken_.clear();
    next_ = 0;
    std::unique_lock lock(mutex_);
    const auto has_work = [this] { return !queue_.empty() || closing_ || open_requested_; };
    if (!options_.maintenance || !maintenance_wanted_ || !connection_) {
      wake_.wait(lock, has_work);
    } else if (!maintenance_has_more_) {
      wake_.wait_for(lock, std::chrono::milliseconds(limits::kIdleMs), has_work);
    }
    taken_.swap(queue_);
  }
  std::vector<Pending> group;
  MoveInto(group);
  return group;
}

void Writer::MoveInto(std::vector<Pending>& group) {
  std::size_t bytes = 0;
  for (const Pending& pending : group) bytes += pending.operation->bytes();
  const std::size_t count = std::min(group.size() + taken_.size() - next_, limits::kMaxStoreBatch);
  group.reserve(count);
  while (group.size() < count) {
    bytes += taken_[next_]->bytes();
    if (bytes > limits::kMaxStoreBatchBytes && !group.empty()) break;
    group.push_back({std::move(taken_[next_++]), {}});
  }
}

void Writer::TopUp(std::vector<Pending>& group) {
  if (next_ < taken_.size()) return;
  taken_.clear();
  next_ = 0;
  {
    const std::lock_guard lock(mutex_);
    taken_.swap(queue_);
  }
  MoveInto(group);
}

bool Writer::closing() {
  const std::lock_guard lock(mutex_);
  return closing_;
}

bool Writer::open_requested() {
  const std::lock_guard lock(mutex_);
  return open_requested_;
}

void Writer::RunAndReturn(std::vector<Pending> group) {
  if (auto opened = EnsureOpen(); !opened) {
    FailAll(group, opened.error());
    Return(std::move(group));
    return;
  }
  const std::int64_t asked_ns = clock_.SteadyNs();
  auto held = lock_.Acquire(options_.lock_wait_ms);
  if (!held) {
    // Those that were taken along with them have waited as long.
    while (next_ < taken_.size()) group.push_back({std::move(taken_[next_++]), {}});
    FailAll(group, held.error());
    Return(std::move(group));
    return;
  }
  TopUp(group);
  const std::int64_t began_ns = clock_.SteadyNs();
  const bool wrote = RunGroup(*connection_->database, connection_->transaction, group);
  if (wrote) {
    wrote_ = true;
    maintenance_wanted_ = true;
    written_since_maintenance_ += group.size();
  }
  if (options_.on_group) {
    const std::int64_t commit_ns = connection_->transaction.commit_ns();
    options_.on_group({.operations = group.size(),
                       .lock_ns = began_ns - asked_ns,
                       .run_ns = clock_.SteadyNs() - began_ns - commit_ns,
                       .commit_ns = commit_ns,
                       .wrote = wrote});
  }
  Return(std::move(group));
  CheckpointIfDue();
}

void Writer::CheckpointIfDue() {
  if (!connection_->checkpointer.due()) return;
  const std::int64_t began_ns = clock_.SteadyNs();
  connection_->checkpointer.Run();
  if (options_.on_checkpoint) options_.on_checkpoint(clock_.SteadyNs() - began_ns);
}

void Writer::Return(std::vector<Pending> group) {
  {
    const std::lock_guard lock(done_->mutex);
    if (done_->operations.empty()) {
      done_->operations = std::move(group);
    } else {
      std::ranges::move(group, std::back_inserter(done_->operations));
    }
    if (std::exchange(done_->posted, true)) return;
  }
  executor_.Post([done = done_] { done->Finish(); });
}

Expected<void> Writer::EnsureOpen() {
  if (connection_ && HasMoved(*connection_->database)) {
    Log(LogLevel::kWarn, "{} was moved or deleted: beginning anew", options_.path);
    connection_.reset();
    const std::lock_guard lock(mutex_);
    generation_.store(0, std::memory_order_release);
    open_requested_ = true;
  }
  Expected<void> result;
  if (!connection_) {
    auto database = Database::Open(options_.path, Database::Mode::kReadWrite,
                                   {.fsync = options_.fsync, .lock_wait_ms = options_.lock_wait_ms});
    if (database) {
      connection_.emplace(std::move(*database), cache_, options_.on_group ? &clock_ : nullptr);
    } else {
      result = std::unexpected(std::move(database.error()));
    }
  }
  if (result && generation_.load(std::memory_order_relaxed) != 0) return result;
  {
    const std::lock_guard lock(mutex_);
    open_requested_ = false;
    if (result) {
      open_error_.reset();
      generation_.store(++openings_, std::memory_order_release);
    } else {
      open_error_ = result.error();
    }
  }
  opened_.notify_all();
  return result;
}

bool Writer::MaintenanceIsDue() const {
  return options_.maintenance && connection_ && maintenance_wanted_ &&
         written_since_maintenance_ >= limits::kMaintenanceEvery &&
         clock_.SteadyNs() - maintenance_ended_ns_ >= (limits::kMaintenanceShare - 1) * maintenance_took_ns_;
}

void Writer::Maintain(std::int64_t lock_wait_ms) {
  if (!options_.maintenance || !connection_ || !maintenance_wanted_) return;
  const std::int64_t began_ns = clock_.SteadyNs();
  maintenance_has_more_ = false;
  auto held = lock_.Acquire(lock_wait_ms);
  // Whoever holds the lock is busy writing, and will see to it as well.
  if (!held) return;
  Database& database = *connection_->database;
  Expected<bool> wrote = false;
  bool more = false;
  if (auto begun = connection_->transaction.Begin(); !begun) {
    wrote = std::unexpected(std::move(begun.error()));
  } else {
    more = options_.maintenance(database);
    if (auto failed = TakeError(database); !failed) {
      connection_->transaction.Rollback();
      wrote = std::unexpected(std::move(failed.error()));
    } else {
      wrote = connection_->transaction.Commit();
    }
  }
  if (!wrote) Log(LogLevel::kWarn, "housekeeping: {}", wrote.error().message);
  maintenance_has_more_ = wrote && more;
  // After a failure not before something has been written again: it would fail the same way.
  maintenance_wanted_ = maintenance_has_more_;
  written_since_maintenance_ = 0;
  CheckpointIfDue();
  maintenance_ended_ns_ = clock_.SteadyNs();
  maintenance_took_ns_ = maintenance_ended_ns_ - began_ns;
}

void Writer::ReleaseMemory() {
  if (connection_) sqlite3_db_release_memory(connection_->database->handle());
  malloc_trim(0);
}

void Writer::Close() {
  if (connection_) {
    if (wrote_) Maintain(0);
    if (connection_->checkpointer.due_at_exit()) {
      if (auto held = lock_.Acquire(0)) connection_->checkpointer.RunAtExit();
    }
    connection_.reset();
  }
  generation_.store(0, std::memory_order_release);
}

}  // namespace skep::store
