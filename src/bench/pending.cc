#include "bench/pending.h"

#include <fmt/format.h>

#include <algorithm>
#include <barrier>
#include <memory>
#include <mutex>
#include <numeric>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "rpc/client_requests.h"
#include "rpc/own_requests.h"
#include "swarm/simulation_random.h"

namespace skep::bench {
namespace {

/// One call in so many is looked at by the clock; the others run freely.
constexpr std::size_t kLookedAt = 16;

// Each has request number n, which one thread at a time enters and ends.

class Own {
 public:
  explicit Own(std::size_t pending) : ids_(pending), what_(pending) {}
  void Enter(std::size_t n) { ids_[n] = table_.Insert(1, &what_[n], rpc::kNever).value_or(0); }
  bool End(std::size_t n) { return table_.Take(1, ids_[n]) == &what_[n]; }

 private:
  rpc::OwnRequests<int> table_;
  std::vector<std::uint64_t> ids_;
  std::vector<int> what_;
};

class Client {
 public:
  explicit Client(std::size_t pending) : what_(pending) {
    for (std::size_t n = 0; n < pending; ++n) ids_.push_back(fmt::format("{}", n));
  }
  void Enter(std::size_t n) { table_.Insert(SessionOf(n), ids_[n], &what_[n], rpc::kNever); }
  bool End(std::size_t n) { return table_.Remove(SessionOf(n), ids_[n], &what_[n]); }

 private:
  static std::int64_t SessionOf(std::size_t n) { return static_cast<std::int64_t>(n / 100) + 1; }

  rpc::ClientRequests<int> table_;
  std::vector<std::string> ids_;
  std::vector<int> what_;
};

class Mutex {
 public:
  explicit Mutex(std::size_t pending) : what_(pending) {}
  void Enter(std::size_t n) {
    const std::lock_guard lock(mutex_);
    table_.emplace(n, &what_[n]);
  }
  bool End(std::size_t n) {
    const std::lock_guard lock(mutex_);
    const auto found = table_.find(n);
    if (found == table_.end()) return false;
    table_.erase(found);
    return true;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::size_t, int*> table_;
  std::vector<int> what_;
};

/// The requests in an order in which none lies near the one before it.
std::vector<std::size_t> Shuffled(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  swarm::Random random{7};
  for (std::size_t i = count; i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.Below(static_cast<std::int64_t>(i)))]);
  }
  return order;
}

/// One thread's part of it.
template <class Table>
void RunThread(Table& table, std::span<const std::size_t> requests, std::int64_t until_ns, const Ticks& ticks,
               PendingCost& cost, std::uint64_t& done) {
  const auto timed = [&](Histogram& histogram, auto&& call) {
    const std::uint64_t from = Ticks::Now();
    call();
    histogram.Record(ticks.Ns(from, Ticks::Now()));
  };
  while (SystemClock().SteadyNs() < until_ns) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const std::size_t n = requests[i];
      bool found = false;
      if (i % kLookedAt == 0) {
        timed(cost.ending, [&] { found = table.End(n); });
        timed(cost.entering, [&] { table.Enter(n); });
      } else {
        found = table.End(n);
        table.Enter(n);
      }
      cost.missed += found ? 0 : 1;
    }
    done += 2 * requests.size();
  }
}

template <class Table>
PendingCost RunAll(int threads, std::size_t pending, double seconds, const Ticks& ticks) {
  const auto table = std::make_unique<Table>(pending);
  const std::vector<std::size_t> order = Shuffled(pending);
  for (const std::size_t n : order) table->Enter(n);
  const auto count = static_cast<std::size_t>(threads);
  const std::size_t share = pending / count;
  std::vector<PendingCost> costs(count);
  std::vector<std::uint64_t> done(count);
  std::vector<double> took_s(count);
  std::barrier start(threads);
  {
    std::vector<std::jthread> running;
    for (std::size_t i = 0; i < count; ++i) {
      running.emplace_back([&, i] {
        start.arrive_and_wait();
        const std::int64_t began_ns = SystemClock().SteadyNs();
        RunThread(*table, std::span(order).subspan(i * share, share),
                  began_ns + static_cast<std::int64_t>(seconds * 1e9), ticks, costs[i], done[i]);
        took_s[i] = static_cast<double>(SystemClock().SteadyNs() - began_ns) / 1e9;
      });
    }
  }
  PendingCost all;
  for (std::size_t i = 0; i < count; ++i) {
    all.entering.Merge(costs[i].entering);
    all.ending.Merge(costs[i].ending);
    all.missed += costs[i].missed;
    all.millions_per_s += static_cast<double>(done[i]) / took_s[i] / 1e6;
  }
  return all;
}

}  // namespace

std::string_view NameOf(PendingTable table) {
  switch (table) {
    case PendingTable::kOwn:
      return "own requests";
    case PendingTable::kClient:
      return "clients' requests";
    case PendingTable::kMutex:
      return "a mutex and std::unordered_map";
  }
  return {};
}

PendingCost MeasurePending(PendingTable table, int threads, std::size_t pending, double seconds, const Ticks& ticks) {
  switch (table) {
    case PendingTable::kOwn:
      return RunAll<Own>(threads, pending, seconds, ticks);
    case PendingTable::kClient:
      return RunAll<Client>(threads, pending, seconds, ticks);
    case PendingTable::kMutex:
      return RunAll<Mutex>(threads, pending, seconds, ticks);
  }
  return {};
}

}  // namespace skep::bench
