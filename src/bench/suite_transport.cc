#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "bench/suites.h"
#include "bench/transport_probes.h"

namespace skep::bench {
namespace {

constexpr std::string_view kSuite = "transport";
/// The largest: with its envelope it is just below the longest line that a server takes.
constexpr std::size_t kSizes[] = {100,          limits::kKiB,     10 * limits::kKiB, 100 * limits::kKiB,
                                  limits::kMiB, limits::kMaxValue};

/// How fast this machine copies, and looks through, as many bytes as the largest message has.
Measurement OfMemory() {
  auto from = std::make_shared<std::vector<char>>(limits::kMaxValue, 'v');
  auto to = std::make_shared<std::vector<char>>(limits::kMaxValue);
  const auto rate = [size = static_cast<double>(limits::kMaxValue)](double seconds, auto&& work) {
    const std::int64_t began_ns = SystemClock().SteadyNs();
    double done = 0;
    double elapsed_s = 0;
    do {
      work();
      done += size;
      elapsed_s = static_cast<double>(SystemClock().SteadyNs() - began_ns) / 1e9;
    } while (elapsed_s < seconds);
    return done / elapsed_s / 1e6;
  };
  return {.suite = std::string(kSuite),
          .figures = {{.name = "memcpy of 9 MiB", .unit = "MB/s", .better = Better::kHigher},
                      {.name = "memchr through 9 MiB", .unit = "MB/s", .better = Better::kHigher}},
          .probe = [from, to, rate](double seconds) -> Expected<std::vector<double>> {
            const double copied = rate(seconds / 2, [&] { std::memcpy(to->data(), from->data(), from->size()); });
            bool found = false;
            const double scanned =
                rate(seconds / 2, [&] { found = std::memchr(from->data(), '\n', from->size()) != nullptr; });
            if (found) return Fail(ErrorCode::kInternal, "memchr finds what is not there");
            return std::vector<double>{copied, scanned};
          }};
}

/// Measures it, if it could be set up.
void MeasureOr(Run& run, Expected<Measurement> measurement, std::string_view name, double seconds) {
  if (run.stopped()) return;
  if (measurement) return Measure(run, *measurement, seconds);
  run.Add(NoData(kSuite, {.name = std::string(name), .unit = {}}, measurement.error().message));
}

}  // namespace

void Transport(Run& run, double seconds) {
  const Options& options = run.options();
  const double part_s = seconds / static_cast<double>(std::size(kSizes) + 3);
  MeasureOr(run, PingRoundTrip(options, {50, 95, 99}), "ping, one at a time", part_s);
  MeasureOr(run, PingRate(options), "ping, as many as go through", part_s);
  auto started = Server::Start(options, {.durable = false});
  if (!started) return run.Add(NoData(kSuite, {.name = "values", .unit = "MB/s"}, started.error().message));
  const auto server = std::make_shared<Server>(std::move(*started));
  for (const std::size_t bytes : kSizes) {
    MeasureOr(run, ValueThroughput(options, server, bytes), "values", part_s);
  }
  if (!run.stopped()) Measure(run, OfMemory(), part_s);
}

}  // namespace skep::bench
