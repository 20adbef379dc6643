#pragma once

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "bench/ticks.h"

namespace skep::micro {

using bench::Ticks;

inline std::size_t BytesAllocated() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Runs `Work`, a table with as many requests in it as `order` has. Each thread ends and enters its own, which lie
/// anywhere in the table. What their callers know of them is at `place`, one after the other, so that it costs no table
/// anything to get at; request number order[place] belongs there.
///   Work::Prepare(order)                 makes what the callers know, before memory is counted
///   Work(order)                          enters the requests by their numbers
///   bool Find(place), bool Take(place)
///   void Insert(place, thread)   a new request in its place
/// One iteration is a round: all threads together look up and end half of what is pending, and together enter as many
/// again, which gives the throughput of each. Then each ends and enters some one by one, looked at by the clock, while
/// the others do; this gives the percentiles.
template <class Work>
void RunPending(benchmark::State& state) {
  constexpr std::size_t kOneByOne = 512;
  enum Call : std::uint8_t { kFind, kTake, kInsert, kAllThree, kCalls };
  struct Run {
    Run(std::size_t pending, int threads) : order(pending), all(threads) {
      std::iota(order.begin(), order.end(), 0U);
      std::ranges::shuffle(order, std::mt19937(7));
      Work::Prepare(order);
      // What was freed before must not serve: it would not be counted.
      malloc_trim(0);
      const std::size_t before = BytesAllocated();
      work = std::make_unique<Work>(order);
      bytes = BytesAllocated() - before;
    }
    const Ticks ticks;
    std::vector<std::uint32_t> order;
    std::unique_ptr<Work> work;
    std::size_t bytes = 0;
    std::barrier<> all;
    std::mutex mutex;
    std::array<Histogram, kCalls> histograms;
    double ending_ns = 0;
    double entering_ns = 0;
    std::size_t missed = 0;
  };
  static std::unique_ptr<Run> run;

  const auto pending = static_cast<std::size_t>(state.range(0));
  const auto threads = static_cast<std::size_t>(state.threads());
  const auto thread = static_cast<std::size_t>(state.thread_index());
  if (thread == 0) run = std::make_unique<Run>(pending, state.threads());
  const auto histograms = std::make_unique<std::array<Histogram, kCalls>>();
  const std::size_t share = pending / threads;
  const std::size_t half = share / 2;
  std::size_t round = 0;
  std::size_t missed = 0;
  for (auto _ : state) {
    Work& work = *run->work;
    const std::size_t begin = thread * share + (round++ % 2) * half;
    run->all.arrive_and_wait();
    const std::uint64_t began = Ticks::Now();
    for (std::size_t place = begin; place < begin + half; ++place) {
      missed += work.Find(place) ? 0 : 1;
      missed += work.Take(place) ? 0 : 1;
    }
    run->all.arrive_and_wait();
    const std::uint64_t ended = Ticks::Now();
    for (std::size_t place = begin; place < begin + half; ++place) work.Insert(place, thread);
    run->all.arrive_and_wait();
    if (thread == 0) {
      run->ending_ns += static_cast<double>(run->ticks.Ns(began, ended));
      run->entering_ns += static_cast<double>(run->ticks.Ns(ended, Ticks::Now()));
    }

    const auto timed = [&](Call call, auto&& function) {
      const std::uint64_t from = Ticks::Now();
      function();
      const std::uint64_t took = run->ticks.Ns(from, Ticks::Now());
      (*histograms)[call].Record(took);
      return took;
    };
    for (std::size_t place = begin; place < begin + std::min(half, kOneByOne); ++place) {
      std::uint64_t took = timed(kFind, [&] { missed += work.Find(place) ? 0 : 1; });
      took += timed(kTake, [&] { missed += work.Take(place) ? 0 : 1; });
      took += timed(kInsert, [&] { work.Insert(place, thread); });
      (*histograms)[kAllThree].Record(took);
    }
  }

  {
    const std::lock_guard lock(run->mutex);
    for (std::size_t call = 0; call < kCalls; ++call) run->histograms[call].Merge((*histograms)[call]);
    run->missed += missed;
  }
  run->all.arrive_and_wait();
  if (thread == 0) {
    if (run->missed != 0) state.SkipWithError("a request was not found");
    const double thousands = static_cast<double>(round * half * threads) * 1e3;
    state.counters["end_M/s"] = thousands / run->ending_ns;
    state.counters["all_M/s"] = thousands / (run->ending_ns + run->entering_ns);
    constexpr std::array kNames{"find", "end", "enter", "all"};
    for (std::size_t call = 0; call < kCalls; ++call) {
      for (const double percent : {50.0, 99.0}) {
        state.counters[std::string(kNames[call]) + "_p" + std::to_string(static_cast<int>(percent))] =
            static_cast<double>(run->histograms[call].Percentile(percent).value_or(0));
      }
    }
    state.counters["bytes"] = static_cast<double>(run->bytes) / static_cast<double>(pending);
    state.counters["timer_ns"] = run->ticks.own_ns();
    run.reset();
  }
}

/// Enters requests by their numbers.
void InsertAll(const std::vector<std::uint32_t>& order, auto& work) {
  std::vector<std::size_t> places(order.size());
  for (std::size_t place = 0; place < order.size(); ++place) places[order[place]] = place;
  for (std::size_t number = 0; number < order.size(); ++number) work.Insert(places[number], 0);
}

/// With 1, 2, 4 and 8 threads, and as many rounds as take a second or so.
template <class Work>
void RegisterPending(const char* name) {
  for (const std::int64_t pending : {10'000, 100'000, 1'000'000}) {
    for (const int threads : {1, 2, 4, 8}) {
      benchmark::RegisterBenchmark(name, RunPending<Work>)
          ->ArgName("pending")
          ->Arg(pending)
          ->Threads(threads)
          ->Iterations(4'000'000 / pending)
          ->UseRealTime()
          ->Unit(benchmark::kMicrosecond);
    }
  }
}

}  // namespace skep::micro
