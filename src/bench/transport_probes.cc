#include "bench/transport_probes.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"
#include "bench/calls.h"
#include "bench/drive.h"
#include "client/answer.h"
#include "client/messages.h"
#include "json/reader.h"
#include "skep/block.h"

namespace skep::bench {
namespace {

using Values = std::vector<double>;

/// What is required: p95 of a round trip over stdio, and the messages a second that it takes for a moment; a fifth of
/// these have to go on.
constexpr double kRoundTripUs = 5'000;
constexpr double kBurstPerS = 50'000;

double Us(const Histogram& latency, double percent) {
  return static_cast<double>(latency.Percentile(percent).value_or(0)) / 1e3;
}

Expected<std::shared_ptr<client::Process>> StartEcho(const Options& options, std::optional<int> core = {}) {
  auto echo = client::Process::Start({.command = {options.program, "benchmark", "echo"}, .core = core});
  if (!echo) return std::unexpected(std::move(echo.error()));
  return std::make_shared<client::Process>(std::move(*echo));
}

/// Keeps this thread on one processor while it lives.
class OnCore {
 public:
  explicit OnCore(int core) {
    sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(core), &one);
    sched_setaffinity(0, sizeof(one), &one);
  }
  ~OnCore() { sched_setaffinity(0, sizeof(before_), &before_); }
  OnCore(const OnCore&) = delete;
  OnCore& operator=(const OnCore&) = delete;

 private:
  cpu_set_t before_{};
};

/// The last of those that we may run on: what else starts tends to be on the first.
int LastCore() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof(allowed), &allowed);
  int last = 0;
  for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed)) last = static_cast<int>(core);
  }
  return last;
}

std::string SizeText(std::size_t bytes) {
  if (bytes >= limits::kMiB) return fmt::format("{} MiB", bytes / limits::kMiB);
  return bytes >= limits::kKiB ? fmt::format("{} KiB", bytes / limits::kKiB) : fmt::format("{} B", bytes);
}

/// Lines that go one after the other, with what went both ways and how long that took.
struct Traffic {
  double bytes = 0;
  double seconds = 0;

  Expected<std::span<char>> Send(const client::Process& process, const std::string& line, Block& answer) {
    const std::int64_t began_ns = SystemClock().SteadyNs();
    const auto answered = Exchange(process, line, answer);
    if (!answered) return answered;
    bytes += static_cast<double>(line.size() + answered->size() + 1);
    seconds += static_cast<double>(SystemClock().SteadyNs() - began_ns) / 1e9;
    return answered;
  }
};

double MBs(double bytes, double seconds) { return seconds > 0 ? bytes / seconds / 1e6 : 0; }

/// What ValueThroughput keeps from one repetition to the next.
struct Kept {
  explicit Kept(std::size_t bytes)
      : line(client::Call(1, "memory_usage",
                          fmt::format(R"({{"action":"store","key":"value","value":"{}"}})", std::string(bytes, 'v')))),
        value(line.find("vvvv")) {}
  /// Another value than the last one: SQLite does not write what has not changed. In place: a pause in which a large
  /// line is put together is long enough for the server to give its memory back.
  const std::string& NextStore() {
    std::ranges::copy(fmt::format("{:016x}", ++stored), line.begin() + static_cast<std::ptrdiff_t>(value));
    return line;
  }

  std::string line;   ///< That stores it.
  std::size_t value;  ///< Where in the line it begins.
  std::uint64_t stored = 0;
  Block answer;
  json::Reader reader;
};

Expected<void> SendWell(const client::Process& process, const std::string& line, Kept& kept, Traffic& traffic) {
  const auto answer = traffic.Send(process, line, kept.answer);
  if (!answer) return std::unexpected(answer.error());
  if (client::Look(*answer, kept.reader).kind == client::Answer::Kind::kResult) return {};
  return Fail(ErrorCode::kInternal,
              fmt::format("the server answers {}",
                          std::string_view(answer->data(), std::min<std::size_t>(answer->size(), 300))));
}

Expected<Values> StoreAndRetrieve(const client::Process& server, Kept& kept, double seconds) {
  Traffic storing;
  Traffic retrieving;
  const std::string retrieve = client::Call(2, "memory_usage", R"({"action":"retrieve","key":"value"})");
  do {
    if (auto sent = SendWell(server, kept.NextStore(), kept, storing); !sent) {
      return std::unexpected(std::move(sent.error()));
    }
    if (auto sent = SendWell(server, retrieve, kept, retrieving); !sent)
      return std::unexpected(std::move(sent.error()));
  } while (storing.seconds + retrieving.seconds < seconds);
  return Values{MBs(storing.bytes + retrieving.bytes, storing.seconds + retrieving.seconds),
                MBs(storing.bytes, storing.seconds), MBs(retrieving.bytes, retrieving.seconds)};
}

/// A line of so many bytes there and back: for each of the figures, which are rates.
Expected<Values> EchoOf(const client::Process& echo, const std::string& line, Block& answer, double seconds) {
  Traffic traffic;
  do {
    if (const auto sent = traffic.Send(echo, line, answer); !sent) return std::unexpected(sent.error());
  } while (traffic.seconds < seconds);
  const double rate = MBs(traffic.bytes, traffic.seconds);
  return Values{rate, rate, rate};
}

}  // namespace

Expected<Measurement> PingRoundTrip(const Options& options, std::vector<double> percents) {
  const int core = LastCore();
  auto server = StartShared(options, {.core = core});
  if (!server) return std::unexpected(std::move(server.error()));
  auto echo = StartEcho(options, core);
  if (!echo) return std::unexpected(std::move(echo.error()));
  const std::string line = client::Request(7, "ping");
  const auto measure = [line, core, percents](const client::Process& process, double seconds) -> Expected<Values> {
    const OnCore on_core(core);
    const auto driven = RoundTrips(process, line, seconds);
    if (!driven) return std::unexpected(driven.error());
    Values values;
    for (const double percent : percents) values.push_back(Us(driven->latency, percent));
    return values;
  };
  std::vector<Figure> figures;
  for (const double percent : percents) {
    figures.push_back({.name = fmt::format("ping, one at a time, p{:g}", percent), .unit = "µs"});
    if (percent == 95) figures.back().required = kRoundTripUs;
  }
  return Measurement{
      .suite = "transport",
      .figures = std::move(figures),
      .probe = [measure, server = *server](double seconds) { return measure(server->process(), seconds); },
      .floor_name = "echo through two pipes",
      .floor = [measure, echo = *echo](double seconds) { return measure(*echo, seconds); }};
}

Expected<Measurement> PingRate(const Options& options) {
  auto server = StartShared(options);
  if (!server) return std::unexpected(std::move(server.error()));
  auto echo = StartEcho(options);
  if (!echo) return std::unexpected(std::move(echo.error()));
  const std::string line = client::Request(7, "ping");
  const auto measure = [line](const client::Process& process, double seconds) -> Expected<Values> {
    const auto driven = Pipelined(process, line, seconds);
    if (!driven) return std::unexpected(driven.error());
    return Values{driven->PerSecond()};
  };
  return Measurement{
      .suite = "transport",
      .figures =
          {{.name = "ping, as many as go through", .unit = "/s", .better = Better::kHigher, .required = kBurstPerS}},
      .probe = [measure, server = *server](double seconds) { return measure(server->process(), seconds); },
      .floor_name = "echo of the same lines",
      .floor = [measure, echo = *echo](double seconds) { return measure(*echo, seconds); }};
}

Expected<Measurement> ValueThroughput(const Options& options, std::shared_ptr<Server> server, std::size_t bytes) {
  auto echo = StartEcho(options);
  if (!echo) return std::unexpected(std::move(echo.error()));
  auto kept = std::make_shared<Kept>(bytes);
  const std::string size = SizeText(bytes);
  const auto figure = [&](std::string_view what) {
    return Figure{.name = fmt::format("{} {}", size, what), .unit = "MB/s", .better = Better::kHigher};
  };
  return Measurement{.suite = "transport",
                     .figures = {figure("stored and read back, in+out"), figure("stored"), figure("read back")},
                     .probe = [server = std::move(server),
                               kept](double seconds) { return StoreAndRetrieve(server->process(), *kept, seconds); },
                     .floor_name = "echo of as many bytes, in+out",
                     .floor = [echo = *echo, kept, line = std::string(bytes, 'e') + "\n"](
                                  double seconds) { return EchoOf(*echo, line, kept->answer, seconds); }};
}

}  // namespace skep::bench
