#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "metrics/recorder.h"

namespace skep::metrics {
namespace {

/// Durations as they come, so that neither the branch nor the bucket is known beforehand.
std::vector<std::uint64_t> Durations() {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> nanoseconds(10, 1.5);
  std::vector<std::uint64_t> values(4096);
  for (std::uint64_t& value : values) value = static_cast<std::uint64_t>(nanoseconds(random));
  return values;
}

/// The floor: a counter of plain memory, in as many places.
void BM_PlainCount(benchmark::State& state) {
  const auto values = Durations();
  std::vector<std::uint64_t> counts(BucketScale::kCount);
  std::size_t i = 0;
  for (auto _ : state) {
    ++counts[BucketScale::Of(values[i++ % values.size()])];
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_PlainCount);

void BM_Record(benchmark::State& state) {
  const auto values = Durations();
  const auto recorder = std::make_unique<Recorder>();
  const Operation operation = recorder->Register("tool:a");
  std::size_t i = 0;
  for (auto _ : state) {
    recorder->Record(Recorder::Thread::kLoop, operation, values[i++ % values.size()], false, 100, 200);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_Record);

/// As a request is recorded: with the look at the clock that ends it and begins the next one.
void BM_RecordWithClock(benchmark::State& state) {
  const auto recorder = std::make_unique<Recorder>();
  const Operation operation = recorder->Register("tool:a");
  const Clock& clock = SystemClock();
  std::int64_t last_ns = clock.SteadyNs();
  for (auto _ : state) {
    const std::int64_t now_ns = clock.SteadyNs();
    recorder->Record(Recorder::Thread::kLoop, operation, static_cast<std::uint64_t>(now_ns - last_ns), false, 100, 200);
    last_ns = now_ns;
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_RecordWithClock);

/// A window's end, with 60 operations in use.
void BM_Take(benchmark::State& state) {
  const auto recorder = std::make_unique<Recorder>();
  for (int i = 0; i < 60; ++i) {
    const Operation operation = recorder->Register("tool:" + std::to_string(i));
    recorder->Record(Recorder::Thread::kLoop, operation, 1000);
  }
  for (auto _ : state) benchmark::DoNotOptimize(recorder->Take());
}
BENCHMARK(BM_Take);

}  // namespace
}  // namespace skep::metrics
