#include "measure.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string_view>
#include <utility>

#include "child.h"
#include "messages.h"
#include "synced_file.h"

namespace skep::pipe {
namespace {

using Message = std::string (*)(std::uint64_t);

/// Kinds of requests that are compared with an echo.
struct Kind {
  const char* name;
  Message message;
};
constexpr std::array<Kind, 2> kKinds{{{"ping", Ping}, {"retrieve", RetrieveHot}}};

/// Samples of one thing. Quantiles sort, so nothing may be added between two of them.
class Samples {
 public:
  void Add(double value) { values_.push_back(value); }
  double Quantile(double q) {
    std::ranges::sort(values_);
    return values_.empty() ? 0 : values_[static_cast<std::size_t>(q * static_cast<double>(values_.size() - 1) + 0.5)];
  }
  double Median() { return Quantile(0.5); }
  std::size_t size() const { return values_.size(); }

 private:
  std::vector<double> values_;
};

/// The same thing measured of the server and of its floor, in turns.
struct Pair {
  Samples server;
  Samples floor;
  Samples ratio;

  void Add(double of_server, double of_floor) {
    server.Add(of_server);
    floor.Add(of_floor);
    ratio.Add(of_server / of_floor);
  }
  Row ToRow(std::string name, std::string unit, std::string floor_name) {
    return {.name = std::move(name),
            .unit = std::move(unit),
            .value = server.Median(),
            .floor_name = std::move(floor_name),
            .floor = floor.Median(),
            .ratio = ratio.Median(),
            .samples = server.size()};
  }
};

std::string_view Checked(std::string_view reply) {
  if (reply.find(R"("error":)") != std::string_view::npos ||
      reply.find(R"("isError":true)") != std::string_view::npos) {
    Die(fmt::format("the server answers {}", reply));
  }
  return reply;
}

/// A server that has been greeted and finds the hot key.
void Greet(Child& server) {
  Checked(server.Trip(Handshake()));
  Checked(server.Trip(StoreHot()));
  Checked(server.Trip(RetrieveHot(0)));
}

/// An echo whose replies have the size of the server's.
std::vector<std::string> EchoFor(const Setting& setting, Child& server, Message message) {
  return {setting.echo, fmt::format("{}", server.Trip(message(0)).size())};
}

/// Nanoseconds of each of some sequential round trips.
Samples Trips(Child& child, const std::vector<std::string>& requests, Samples& all) {
  Samples samples;
  for (const std::string& request : requests) {
    const std::int64_t from = NowNs();
    child.Trip(request);
    const auto ns = static_cast<double>(NowNs() - from);
    samples.Add(ns);
    all.Add(ns);
  }
  return samples;
}

/// Waits until the server has used no processor time for a tenth of a second.
void AwaitRest(const Child& server) {
  for (std::int64_t before = -1; before != server.CpuNs();) {
    before = server.CpuNs();
    const timespec tenth{.tv_sec = 0, .tv_nsec = 100'000'000};
    nanosleep(&tenth, nullptr);
  }
}

struct Cost {
  double per_second = 0;
  double cpu_ns = 0;
};

Cost Run(Child& child, std::string_view lines, std::size_t count) {
  const std::int64_t cpu = child.CpuNs();
  const std::int64_t from = NowNs();
  child.Exchange(lines, count);
  const auto ns = static_cast<double>(NowNs() - from);
  const auto calls = static_cast<double>(count);
  return {calls * 1e9 / ns, static_cast<double>(child.CpuNs() - cpu) / calls};
}

}  // namespace

Rows RoundTrips(const Setting& setting) {
  constexpr std::uint64_t kTrips = 1000;
  Pin(setting.core);
  Rows rows;
  for (const Kind& kind : kKinds) {
    Child server(setting.server, setting.home);
    Greet(server);
    Child echo(EchoFor(setting, server, kind.message), setting.home);
    std::vector<std::string> requests;
    for (std::uint64_t n = 0; n < kTrips; ++n) requests.push_back(kind.message(n));

    Samples warm_up;
    Trips(server, requests, warm_up);
    Trips(echo, requests, warm_up);
    Pair p50;
    Pair p99;
    Samples all_of_server;
    Samples all_of_echo;
    for (int round = 0; round < setting.rounds * 10; ++round) {
      Samples of_server = Trips(server, requests, all_of_server);
      Samples of_echo = Trips(echo, requests, all_of_echo);
      p50.ratio.Add(of_server.Median() / of_echo.Median());
      p99.ratio.Add(of_server.Quantile(0.99) / of_echo.Quantile(0.99));
    }
    Checked(server.Trip(requests.front()));
    for (auto [name, quantile, pair] : {std::tuple("p50", 0.5, &p50), std::tuple("p99", 0.99, &p99)}) {
      rows.push_back({.name = fmt::format("{} round trip {}", kind.name, name),
                      .unit = "µs",
                      .value = all_of_server.Quantile(quantile) / 1e3,
                      .floor_name = "echo",
                      .floor = all_of_echo.Quantile(quantile) / 1e3,
                      .ratio = pair->ratio.Median(),
                      .samples = all_of_server.size()});
    }
  }
  return rows;
}

Rows Pipelined(const Setting& setting) {
  constexpr std::size_t kCalls = 100'000;
  Rows rows;
  for (const Kind& kind : kKinds) {
    const std::string lines = Lines(kind.message, 0, kCalls);
    for (const int core : {setting.core, -1}) {
      Pin(core);
      Child server(setting.server, setting.home);
      Greet(server);
      Child echo(EchoFor(setting, server, kind.message), setting.home);
      Run(server, lines, kCalls);
      Run(echo, lines, kCalls);
      Pair rate;
      Pair cpu;
      for (int round = 0; round < setting.rounds; ++round) {
        const Cost of_server = Run(server, lines, kCalls);
        const Cost of_echo = Run(echo, lines, kCalls);
        rate.Add(of_server.per_second, of_echo.per_second);
        cpu.Add(of_server.cpu_ns, of_echo.cpu_ns);
      }
      Checked(server.Trip(kind.message(0)));
      if (core == -1) {
        rows.push_back(rate.ToRow(fmt::format("{} pipelined, all cores", kind.name), "/s", "echo"));
        continue;
      }
      rows.push_back(rate.ToRow(fmt::format("{} pipelined, one core with its client", kind.name), "/s", "echo"));
      rows.push_back(cpu.ToRow(fmt::format("{} pipelined, server CPU per call", kind.name), "ns", "echo"));
      rows.push_back({.name = fmt::format("{} pipelined, best server CPU per call", kind.name),
                      .unit = "ns",
                      .value = cpu.server.Quantile(0),
                      .floor_name = "echo",
                      .floor = cpu.floor.Quantile(0),
                      .ratio = cpu.server.Quantile(0) / cpu.floor.Quantile(0),
                      .samples = cpu.server.size()});
    }
  }
  return rows;
}

Rows Durable(const Setting& setting) {
  constexpr std::size_t kPipelined = 20'000;
  constexpr int kBlocks = 5;
  constexpr int kBlock = 20;
  Pin(-1);
  Child server(setting.server, setting.home);
  Greet(server);
  SyncedFile file(setting.home + "/floor");
  const std::string page(4096, 'x');

  Pair rate;
  Pair trip;
  Samples cpu;
  std::uint64_t n = 0;
  for (int round = 0; round < setting.rounds; ++round) {
    const Cost pipelined = Run(server, Lines(Store, n, kPipelined), kPipelined);
    n += kPipelined;
    AwaitRest(server);  // what it does behind the burst (indexing) is no part of what follows
    Samples stores;
    Samples syncs;
    double store_ns = 0;
    for (int block = 0; block < kBlocks; ++block) {
      for (int i = 0; i < kBlock; ++i) {
        const std::string request = Store(n++);
        const std::int64_t from = NowNs();
        Checked(server.Trip(request));
        const auto ns = static_cast<double>(NowNs() - from);
        stores.Add(ns / 1e3);
        store_ns += ns;
      }
      for (int i = 0; i < kBlock; ++i) {
        const std::int64_t from = NowNs();
        file.Append(page);
        syncs.Add(static_cast<double>(NowNs() - from) / 1e3);
      }
    }
    rate.Add(pipelined.per_second, kBlocks * kBlock * 1e9 / store_ns);
    trip.Add(stores.Median(), syncs.Median());
    cpu.Add(pipelined.cpu_ns);
  }
  return {
      rate.ToRow("store 1 KB pipelined, durable", "/s", "one at a time"),
      {.name = "store 1 KB pipelined, server CPU per call", .unit = "ns", .value = cpu.Median(), .samples = cpu.size()},
      trip.ToRow("store 1 KB round trip p50, durable", "µs", "fdatasync")};
}

namespace {

/// Where the next part of a value begins, as the server says; nothing: this was the last one.
std::optional<std::int64_t> NextOffset(std::string_view reply) {
  constexpr std::string_view kName = R"("next":)";
  const std::size_t at = reply.find(kName);
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t offset = 0;
  std::from_chars(reply.data() + at + kName.size(), reply.data() + reply.size(), offset);
  return offset;
}

/// The requests that retrieve the whole value, and the bytes of their replies.
struct Parts {
  std::vector<std::string> requests;
  std::size_t bytes = 0;
};
Parts AskForParts(Child& server) {
  Parts parts;
  for (std::optional<std::int64_t> offset = 0; offset;) {
    parts.requests.push_back(RetrieveLarge(*offset));
    const std::string_view reply = Checked(server.Trip(parts.requests.back()));
    parts.bytes += reply.size();
    offset = NextOffset(reply);
  }
  return parts;
}

/// GB/s of both directions together.
double Throughput(Child& child, const std::vector<std::string>& requests) {
  std::size_t bytes = 0;
  const std::int64_t from = NowNs();
  for (const std::string& request : requests) bytes += request.size() + child.Trip(request).size();
  return static_cast<double>(bytes) / static_cast<double>(NowNs() - from);
}

}  // namespace

Rows Large(const Setting& setting) {
  constexpr int kRetrievals = 4;
  Rows rows;
  for (const int core : {setting.core, -1}) {
    Pin(core);
    Child server(setting.server, setting.home);
    Checked(server.Trip(Handshake()));
    std::uint64_t n = 0;
    const std::size_t stored_bytes = Checked(server.Trip(StoreLarge(n++))).size();
    const Parts parts = AskForParts(server);
    // Several times in a row: at rest the server has given its memory back, and the first has to fault it in.
    std::vector<std::string> retrievals;
    for (int i = 0; i < kRetrievals; ++i) {
      retrievals.insert(retrievals.end(), parts.requests.begin(), parts.requests.end());
    }
    // Its replies have the mean size of the server's.
    Child store_echo({setting.echo, fmt::format("{}", stored_bytes)}, setting.home);
    Child retrieve_echo({setting.echo, fmt::format("{}", parts.bytes / parts.requests.size())}, setting.home);
    SyncedFile file(setting.home + "/floor");
    Pair store;
    Pair disk;
    Pair retrieve;
    for (int round = -1; round < setting.rounds; ++round) {
      const std::vector<std::string> requests = {StoreLarge(n++)};
      const double stored = Throughput(server, requests);
      AwaitRest(server);  // what it does behind it (indexing) is no part of what follows
      const double store_floor = Throughput(store_echo, requests);
      const std::int64_t from = NowNs();
      file.Rewrite(requests.front());
      const double written = static_cast<double>(requests.front().size()) / static_cast<double>(NowNs() - from);
      const double retrieved = Throughput(server, retrievals);
      const double retrieve_floor = Throughput(retrieve_echo, retrievals);
      if (round < 0) continue;  // to warm up
      store.Add(stored, store_floor);
      disk.Add(stored, written);
      retrieve.Add(retrieved, retrieve_floor);
    }
    const char* const where = core == -1 ? "all cores" : "one core with its client";
    rows.push_back(store.ToRow(fmt::format("store 9.4 MB, durable, {}", where), "GB/s", "echo"));
    rows.push_back(disk.ToRow(fmt::format("store 9.4 MB beside the disk, {}", where), "GB/s", "write, fdatasync"));
    rows.push_back(retrieve.ToRow(fmt::format("retrieve 9.4 MB, {}", where), "GB/s", "echo"));
  }
  return rows;
}

Rows Start(const Setting& setting) {
  constexpr int kRuns = 30;
  Pin(-1);
  {
    Child(setting.server, setting.home).Trip(Handshake());
  }
  {
    Child server(setting.server, setting.home);
    Greet(server);
  }
  Pair initialize;
  Pair retrieve;
  for (int run = 0; run < kRuns; ++run) {
    const auto time = [&](const std::vector<std::string>& argv, const std::string& requests, std::size_t replies) {
      Child child(argv, setting.home);
      child.Write(requests);
      child.Read(replies);
      return static_cast<double>(NowNs() - child.started_ns()) / 1e6;
    };
    const double floor = time({setting.echo, "200"}, Ping(0), 1);
    initialize.Add(time(setting.server, Handshake(), 1), floor);
    retrieve.Add(time(setting.server, Handshake() + RetrieveHot(0), 2), floor);
  }
  const auto least = [](Pair& pair, std::string name) {
    const double server = pair.server.Quantile(0);
    const double floor = pair.floor.Quantile(0);
    return Row{.name = std::move(name),
               .unit = "ms",
               .value = server,
               .floor_name = "static C",
               .floor = floor,
               .ratio = server / floor,
               .samples = pair.server.size()};
  };
  return {initialize.ToRow("exec → initialize answered, median", "ms", "static C"),
          least(initialize, "exec → initialize answered, least"),
          retrieve.ToRow("exec → initialize and a retrieve answered, median", "ms", "static C"),
          least(retrieve, "exec → initialize and a retrieve answered, least")};
}

Rows Memory(const Setting& setting) {
  Child server(setting.server, setting.home);
  Checked(server.Trip(Handshake()));
  AwaitRest(server);
  const auto mb = [&](const char* file, const char* name) {
    return static_cast<double>(server.MemoryBytes(file, name)) / 1e6;
  };
  return {
      {.name = "at rest, resident", .unit = "MB", .value = mb("status", "VmRSS"), .samples = 1},
      {.name = "at rest, resident and not from a file", .unit = "MB", .value = mb("status", "RssAnon"), .samples = 1},
      {.name = "at rest, proportional share", .unit = "MB", .value = mb("smaps_rollup", "Pss"), .samples = 1}};
}

}  // namespace skep::pipe
