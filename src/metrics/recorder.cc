#include "metrics/recorder.h"

#include <algorithm>
#include <utility>

namespace skep::metrics {
namespace {

/// In the order of Operation.
constexpr std::string_view kOwnNames[] = {
    "store:queue",      "store:lock",  "store:run",        "store:commit", "store:group",
    "store:checkpoint", "loop:delay",  "wait:task",        "wait:message", "wait:lease",
    "wait:task_end",    "wait:client", "correlation:find", "cancelled",    "unknown",
};
static_assert(std::size(kOwnNames) == static_cast<std::size_t>(Operation::kFirst));

}  // namespace

Recorder::Recorder() {
  // Names are borrowed: they must not move.
  names_.reserve(limits::kMaxOperations);
  names_.assign(std::begin(kOwnNames), std::end(kOwnNames));
}

Recorder::~Recorder() {
  for (Cells& cells : cells_) {
    for (std::atomic<Cell*>& cell : cells) delete cell.load(std::memory_order_acquire);
  }
}

Operation Recorder::Register(std::string name) {
  const auto found = std::ranges::find(names_, name);
  if (found != names_.end()) return static_cast<Operation>(found - names_.begin());
  if (names_.size() == limits::kMaxOperations) return Operation::kUnknown;
  names_.push_back(std::move(name));
  return static_cast<Operation>(names_.size() - 1);
}

Recorder::Cell& Recorder::Make(std::atomic<Cell*>& place) {
  auto* const cell = new Cell;
  place.store(cell, std::memory_order_release);
  return *cell;
}

Recorder::Counts Recorder::Load(const Cell& cell) {
  Counts now;
  for (std::size_t i = 0; i < BucketScale::kCount; ++i) {
    now.buckets[i] = cell.buckets[i].load(std::memory_order_acquire);
  }
  now.total = cell.total.load(std::memory_order_relaxed);
  now.errors = cell.errors.load(std::memory_order_relaxed);
  now.bytes_in = cell.bytes_in.load(std::memory_order_relaxed);
  now.bytes_out = cell.bytes_out.load(std::memory_order_relaxed);
  return now;
}

void Recorder::AddDifference(const Counts& now, const Counts& before, std::uint64_t most, Recorded& to) {
  std::size_t highest = 0;
  for (std::size_t i = 0; i < BucketScale::kCount; ++i) {
    if (now.buckets[i] == before.buckets[i]) continue;
    to.values.AddBucket(i, now.buckets[i] - before.buckets[i]);
    highest = i;
  }
  // One that was being counted may have had its greatest taken the last time.
  to.values.AddTotals(now.total - before.total, std::max(most, BucketScale::Lowest(highest)));
  to.errors += now.errors - before.errors;
  to.bytes_in += now.bytes_in - before.bytes_in;
  to.bytes_out += now.bytes_out - before.bytes_out;
}

std::vector<Recorded> Recorder::Read(bool take) {
  const std::lock_guard lock(reading_);
  std::vector<Recorded> all;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    Recorded recorded{.operation = names_[i]};
    for (Cells& cells : cells_) {
      Cell* const cell = cells[i].load(std::memory_order_acquire);
      if (cell == nullptr) continue;
      const Counts now = Load(*cell);
      // Nothing, or something that is not yet counted.
      if (now.buckets == cell->taken.buckets) continue;
      const std::uint64_t most =
          take ? cell->most.exchange(0, std::memory_order_relaxed) : cell->most.load(std::memory_order_relaxed);
      AddDifference(now, cell->taken, most, recorded);
      if (take) cell->taken = now;
    }
    if (recorded.values.count() > 0) all.push_back(std::move(recorded));
  }
  return all;
}

std::vector<Recorded> Recorder::Totals() const {
  static constexpr Counts kNothing{};
  std::vector<Recorded> all;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    Recorded recorded{.operation = names_[i]};
    for (const Cells& cells : cells_) {
      const Cell* const cell = cells[i].load(std::memory_order_acquire);
      if (cell == nullptr) continue;
      AddDifference(Load(*cell), kNothing, cell->most.load(std::memory_order_relaxed), recorded);
    }
    if (recorded.values.count() > 0) all.push_back(std::move(recorded));
  }
  return all;
}

}  // namespace skep::metrics
