#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <vector>

#include "base/buffer_pool.h"
#include "base/histogram.h"
#include "base/log.h"

namespace skep {
namespace {

void BM_HistogramRecord(benchmark::State& state) {
  // Round trips as they come, so that neither the branch nor the bucket is known beforehand.
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> nanoseconds(10, 1.5);
  std::vector<std::uint64_t> values(4096);
  for (std::uint64_t& value : values) value = static_cast<std::uint64_t>(nanoseconds(random));
  const auto histogram = std::make_unique<Histogram>();
  std::size_t i = 0;
  for (auto _ : state) histogram->Record(values[i++ % values.size()]);
  benchmark::DoNotOptimize(histogram->Count());
}
BENCHMARK(BM_HistogramRecord);

void BM_HistogramPercentile(benchmark::State& state) {
  const auto histogram = std::make_unique<Histogram>();
  for (std::uint64_t value = 1; value < Histogram::kMaxValue / 2; value *= 2) histogram->Record(value);
  for (auto _ : state) benchmark::DoNotOptimize(histogram->Percentile(99));
}
BENCHMARK(BM_HistogramPercentile);

void BM_HistogramMerge(benchmark::State& state) {
  const auto from = std::make_unique<Histogram>();
  const auto into = std::make_unique<Histogram>();
  from->Record(1000);
  for (auto _ : state) into->Merge(*from);
  benchmark::DoNotOptimize(into->Count());
}
BENCHMARK(BM_HistogramMerge);

void BM_PoolTakeGive(benchmark::State& state) {
  BufferPool pool;
  for (auto _ : state) {
    Block block = pool.Take();
    benchmark::DoNotOptimize(block.data());
    pool.Give(std::move(block));
  }
}
BENCHMARK(BM_PoolTakeGive);

/// What the pool is measured against: a block of its own for each use, one page of it touched.
void BM_BlockWithoutPool(benchmark::State& state) {
  for (auto _ : state) {
    Block block(limits::kReadBlock);
    *block.Room(1) = 'x';
    benchmark::DoNotOptimize(block.data());
  }
}
BENCHMARK(BM_BlockWithoutPool);

void BM_LogDisabled(benchmark::State& state) {
  int i = 0;
  for (auto _ : state) {
    Log(LogLevel::kTrace, "message {} of {}", ++i, "many");
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_LogDisabled);

void BM_LogLine(benchmark::State& state) {
  if (!InitLog({.level = LogLevel::kInfo, .file = "/dev/null"})) state.SkipWithError("no /dev/null");
  int i = 0;
  for (auto _ : state) Log(LogLevel::kInfo, "message {} of {}", ++i, "many");
  static_cast<void>(InitLog({}));
}
BENCHMARK(BM_LogLine);

}  // namespace
}  // namespace skep
