#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/calls.h"
#include "bench/disk.h"
#include "bench/drive.h"
#include "bench/memory_probes.h"
#include "bench/suites.h"
#include "client/messages.h"

namespace skep::bench {
namespace {

constexpr std::string_view kSuite = "memory";
/// Entries of 1 KB: some times more than the server keeps in memory.
constexpr std::uint64_t kEntries = 20'000;
/// Few enough that all are kept.
constexpr std::uint64_t kHot = 100;
/// Odd and not a factor: so the keys come in an order in which none is near the one before it.
constexpr std::uint64_t kStride = 7919;

/// A server that has just been started reads every key for the first time. What the kernel keeps of the file it keeps:
/// nothing short of the whole machine's cache could be emptied.
Probe ColdRetrieve(std::shared_ptr<Server> server) {
  return [server = std::move(server)](double seconds) -> Expected<std::vector<double>> {
    if (auto restarted = server->Restart(); !restarted) return std::unexpected(restarted.error());
    const auto driven = Drive(server->session(), {.window = Calls::kPipelined, .seconds = seconds, .most = kEntries},
                              [](std::int64_t id, std::uint64_t n, std::string& to) {
                                to += client::Call(id, "memory_usage", RetrieveArguments(n * kStride % kEntries));
                              });
    if (!driven) return std::unexpected(driven.error());
    return std::vector<double>{driven->PerSecond()};
  };
}

Calls Search() { return Numbered("memory_search", R"({{"pattern":"word{}","namespace":"bench"}})"); }

Calls List() { return Numbered("memory_usage", R"({{"action":"list","namespace":"bench","key":"k{}*","limit":10}})"); }

Figure Rate(std::string name, std::string note = {}) {
  return {.name = std::move(name), .unit = "/s", .better = Better::kHigher, .note = std::move(note)};
}

}  // namespace

void Memory(Run& run, double seconds) {
  auto durable = StartShared(run.options());
  auto relaxed = StartShared(run.options(), {.durable = false});
  if (!durable || !relaxed) {
    return run.AddNoData(kSuite, {Rate("store, retrieve, search, list")},
                         durable ? relaxed.error().message : durable.error().message);
  }
  const auto filled = Fill(**relaxed, Store(kEntries), kEntries);
  if (!filled) return run.AddNoData(kSuite, {Rate("retrieve, search, list")}, filled.error().message);

  std::vector<Measurement> all;
  all.push_back(DurableStore(run.options(), *durable));
  const auto add = [&](Figure figure, Probe probe, bool durable_write = false) {
    all.push_back({.suite = std::string(kSuite),
                   .figures = {std::move(figure)},
                   .probe = std::move(probe),
                   .floor_name = std::string(durable_write ? kSyncFloor : kPingFloor),
                   .floor = durable_write ? SyncRateOf(run.options().directory) : PingRateOf(*relaxed)});
  };
  add(Rate("store, durable", "1 KB, 64 in flight, which share commits"), RateOf(*durable, Store(kEntries)), true);
  add(Rate("store, not waiting for the disk", "--durability relaxed"), RateOf(*relaxed, Store(kEntries)));
  add(Rate("retrieve, hot", "100 keys, kept by the server"), RateOf(*relaxed, Retrieve(kHot)));
  add(Rate("retrieve, cold", "each key once after a start; the kernel's cache is warm"), ColdRetrieve(*relaxed));
  add(Rate("search by a word", "full text over 20,000 entries, up to 10 found"), RateOf(*relaxed, Search()));
  add(Rate("list by a glob", "10 of 20,000 keys"), RateOf(*relaxed, List()));
  for (const Measurement& measurement : all) {
    if (run.stopped()) return;
    Measure(run, measurement, seconds / static_cast<double>(all.size()));
  }
}

}  // namespace skep::bench
