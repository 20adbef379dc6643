#include "bench/steady_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/clock.h"
#include "bench/calls.h"
#include "bench/drive.h"
#include "bench/memory_probes.h"
#include "client/messages.h"

namespace skep::bench {
namespace {

constexpr int kWindow = 16;
constexpr std::uint64_t kKeys = 1'000;
/// Entries of 1 KB that are stored and read before anything is looked at: more than all that a server keeps of its
/// store in memory (limits::kWriterPageCache, the largest), so that this has its size by then.
constexpr std::uint64_t kFilled = 30'000;
/// How often the server is looked at: so often that ten seconds give a slope, and four hundred times at most.
constexpr double kLookS = 0.5;
constexpr double kMostLooks = 400;

void Request(std::int64_t id, std::uint64_t n, std::string& to) {
  static const Calls kStore = Store(kKeys);
  switch (n % 4) {
    case 0:
      to += client::Request(id, "ping");
      break;
    case 1:
      to += kStore.line(id, n);
      break;
    case 2:
      to += client::Call(id, "memory_usage", RetrieveArguments(n % kKeys));
      break;
    default:
      to += client::Call(id, "memory_search", fmt::format(R"({{"pattern":"word{}","namespace":"bench"}})", n % kKeys));
  }
}

void Look(const client::Process& process, double at_s, Watched& watched) {
  const client::ProcessFigures figures = process.Measure();
  const auto add = [&](std::vector<Point>& to, const std::optional<std::int64_t>& value) {
    if (value) to.push_back({at_s, static_cast<double>(*value)});
  };
  add(watched.resident_bytes, figures.resident_bytes);
  add(watched.anonymous_bytes, figures.anonymous_bytes);
  add(watched.open_files, figures.open_files);
  add(watched.threads, figures.threads);
}

}  // namespace

Expected<Watched> LoadSteadily(Run& run, double seconds) {
  auto server = Server::Start(run.options());
  if (!server) return std::unexpected(std::move(server.error()));
  run.At("filling what a server keeps");
  for (const Calls& calls : {Store(kFilled), Retrieve(kFilled)}) {
    if (auto filled = Fill(*server, calls, kFilled); !filled) return std::unexpected(std::move(filled.error()));
  }
  run.Begin(seconds);
  const std::int64_t began_ns = SystemClock().SteadyNs();
  const auto elapsed_s = [&] { return static_cast<double>(SystemClock().SteadyNs() - began_ns) / 1e9; };
  Watched watched;
  std::uint64_t answered = 0;
  std::uint64_t n = 0;
  while (elapsed_s() < seconds && !run.stopped()) {
    run.At("a steady load");
    const double slice_s = std::min(std::max(kLookS, seconds / kMostLooks), std::max(0.01, seconds - elapsed_s()));
    const auto driven = Drive(server->session(), {.window = kWindow, .seconds = slice_s},
                              [&](std::int64_t id, std::uint64_t, std::string& to) { Request(id, n++, to); });
    if (!driven) return std::unexpected(driven.error());
    answered += driven->answered;
    if (elapsed_s() >= seconds / 3) Look(server->process(), elapsed_s(), watched);
  }
  watched.calls_per_s = static_cast<double>(answered) / elapsed_s();
  return watched;
}

}  // namespace skep::bench
