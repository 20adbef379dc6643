#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/pending.h"
#include "bench/suites.h"
#include "metrics/scale.h"

namespace skep::bench {
namespace {

/// What is required of finding a request by its answer: p95.
constexpr double kLookUpNs = 100'000;
constexpr int kThreads[] = {1, 2, 8};
constexpr std::size_t kPending[] = {10'000, 100'000};
constexpr PendingTable kTables[] = {PendingTable::kOwn, PendingTable::kClient};

Expected<std::vector<double>> Cost(PendingTable table, int threads, std::size_t pending, double seconds,
                                   const Ticks& ticks) {
  const PendingCost cost = MeasurePending(table, threads, pending, seconds, ticks);
  if (cost.missed != 0) return Fail(ErrorCode::kInternal, fmt::format("{} requests were not found", cost.missed));
  const auto ns = [](const Histogram& histogram, double percent) {
    return static_cast<double>(histogram.Percentile(percent).value_or(0));
  };
  return std::vector<double>{ns(cost.entering, 50), ns(cost.entering, 99), ns(cost.ending, 50),
                             ns(cost.ending, 95),   ns(cost.ending, 99),   cost.millions_per_s};
}

Measurement Of(PendingTable table, int threads, std::size_t pending, std::shared_ptr<const Ticks> ticks) {
  const std::string subject = fmt::format("{}, {} pending, {} {}", NameOf(table), metrics::CountText(pending), threads,
                                          threads == 1 ? "thread" : "threads");
  const auto figure = [&](std::string_view name, std::string_view unit, Better better) {
    return Figure{.name = std::string(name), .unit = std::string(unit), .better = better, .subject = subject};
  };
  Figure looked_up = figure("end p95", "ns", Better::kLower);
  looked_up.required = kLookUpNs;
  return {.suite = "correlation",
          .figures = {figure("enter p50", "ns", Better::kLower), figure("enter p99", "ns", Better::kLower),
                      figure("end p50", "ns", Better::kLower), looked_up, figure("end p99", "ns", Better::kLower),
                      figure("all threads", "M/s", Better::kHigher)},
          .probe = [=](double seconds) { return Cost(table, threads, pending, seconds, *ticks); },
          .floor_name = std::string(NameOf(PendingTable::kMutex)),
          .floor = [=](double seconds) { return Cost(PendingTable::kMutex, threads, pending, seconds, *ticks); }};
}

}  // namespace

void Correlation(Run& run, double seconds) {
  const auto ticks = std::make_shared<const Ticks>();
  const double part_s = seconds / static_cast<double>(std::size(kTables) * std::size(kThreads) * std::size(kPending));
  for (const PendingTable table : kTables) {
    for (const std::size_t pending : kPending) {
      for (const int threads : kThreads) {
        if (run.stopped()) return;
        Measure(run, Of(table, threads, pending, ticks), part_s);
      }
    }
  }
}

}  // namespace skep::bench
