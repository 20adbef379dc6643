#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "bench/disk.h"
#include "bench/files.h"
#include "bench/suites.h"

namespace skep::bench {
namespace {

constexpr int kThreads[] = {2, 4, 8};

using Values = std::vector<double>;

/// One figure of what gives one number.
Measurement One(Figure figure, std::function<Expected<double>(double seconds)> measure) {
  return {.suite = "filesystem",
          .figures = {std::move(figure)},
          .probe = [measure = std::move(measure)](double seconds) -> Expected<Values> {
            const auto value = measure(seconds);
            if (!value) return std::unexpected(value.error());
            return Values{*value};
          }};
}

Figure Rate(std::string name, std::string unit, std::string note = {}) {
  return {.name = std::move(name), .unit = std::move(unit), .better = Better::kHigher, .note = std::move(note)};
}

Measurement Files(const std::string& directory, std::string_view size, std::size_t bytes) {
  return {.suite = "filesystem",
          .figures = {Rate(fmt::format("files of {}, made and synced", size), "/s"),
                      Rate(fmt::format("files of {}, stat", size), "/s"),
                      Rate(fmt::format("files of {}, removed", size), "/s")},
          .probe = [directory, bytes](double seconds) -> Expected<Values> {
            const auto rates = SmallFiles(directory, bytes, seconds);
            if (!rates) return std::unexpected(rates.error());
            return Values{rates->made, rates->looked_at, rates->removed};
          }};
}

Measurement Sync(const std::string& directory) {
  return {.suite = "filesystem",
          .figures = {{.name = "a page written and synced, p50", .unit = "µs"},
                      {.name = "a page written and synced, p99", .unit = "µs"}},
          .probe = [directory](double seconds) -> Expected<Values> {
            const auto took = SyncedPages(directory, seconds);
            if (!took) return std::unexpected(took.error());
            return Values{static_cast<double>(took->Percentile(50).value_or(0)) / 1e3,
                          static_cast<double>(took->Percentile(99).value_or(0)) / 1e3};
          }};
}

}  // namespace

void Filesystem(Run& run, double seconds) {
  const std::string& directory = run.options().directory;
  const std::string cached = "from the kernel's cache, which cannot be told to forget";
  std::vector<Measurement> all;
  all.push_back(Sync(directory));
  for (const int threads : kThreads) {
    all.push_back(One(Rate(fmt::format("pages synced by {} threads", threads), "/s"),
                      [=](double s) { return SyncedPagesOf(directory, threads, s); }));
  }
  all.push_back(One(Rate("sequential write, synced", "MB/s", "64 MiB in pieces of 64 KiB"),
                    [=](double s) { return WriteFile(directory, s); }));
  all.push_back(One(Rate("sequential read", "MB/s", cached), [=](double s) { return ReadFile(directory, s); }));
  for (const Order order : {Order::kSequential, Order::kRandom}) {
    const std::string_view name = order == Order::kSequential ? "sequential" : "random";
    all.push_back(One(Rate(fmt::format("{} pages written, synced at the end", name), "/s"),
                      [=](double s) { return WritePages(directory, order, s); }));
    all.push_back(One(Rate(fmt::format("{} pages read", name), "/s", cached),
                      [=](double s) { return ReadPages(directory, order, s); }));
  }
  all.push_back(Files(directory, "1 KiB", std::size_t{1} << 10));
  all.push_back(Files(directory, "64 KiB", std::size_t{64} << 10));
  all.push_back(Files(directory, "4 MiB", std::size_t{4} << 20));
  for (const Measurement& measurement : all) {
    if (run.stopped()) return;
    Measure(run, measurement, seconds / static_cast<double>(all.size()));
  }
}

}  // namespace skep::bench
