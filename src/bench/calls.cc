#include "bench/calls.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "bench/drive.h"
#include "bench/files.h"
#include "client/messages.h"

namespace skep::bench {
namespace {

/// Filling ends by its count; the time is only so that a server that hangs does not hang us.
constexpr double kFillS = 60;

/// Drives the server for a while and makes one figure of it.
template <class FigureOf>
Probe Repeatedly(std::shared_ptr<Server> server, Calls calls, FigureOf figure) {
  auto made = std::make_shared<std::uint64_t>(0);
  return [server = std::move(server), calls = std::move(calls), made,
          figure](double seconds) -> Expected<std::vector<double>> {
    const auto driven =
        Drive(server->session(), {.window = calls.window, .seconds = seconds},
              [&](std::int64_t id, std::uint64_t, std::string& to) { to += calls.line(id, (*made)++); });
    if (!driven) return std::unexpected(driven.error());
    return std::vector<double>{figure(*driven)};
  };
}

}  // namespace

Calls Tool(std::string tool, std::string arguments) {
  return {.line = [tool = std::move(tool), arguments = std::move(arguments)](std::int64_t id, std::uint64_t) {
    return client::Call(id, tool, arguments);
  }};
}

Calls Numbered(std::string tool, std::string_view arguments) {
  return {.line = [tool = std::move(tool), arguments](std::int64_t id, std::uint64_t n) {
    return client::Call(id, tool, fmt::format(fmt::runtime(arguments), n));
  }};
}

Probe RateOf(std::shared_ptr<Server> server, Calls calls) {
  return Repeatedly(std::move(server), std::move(calls), [](const Driven& driven) { return driven.PerSecond(); });
}

Probe MedianOf(std::shared_ptr<Server> server, Calls calls) {
  calls.window = 1;
  return Repeatedly(std::move(server), std::move(calls), [](const Driven& driven) {
    return static_cast<double>(driven.latency.Percentile(50).value_or(0)) / 1e3;
  });
}

Probe PingRateOf(std::shared_ptr<Server> server, int window) {
  return [server = std::move(server), window](double seconds) -> Expected<std::vector<double>> {
    const auto driven =
        Drive(server->session(), {.window = window, .seconds = seconds},
              [](std::int64_t id, std::uint64_t, std::string& to) { to += client::Request(id, "ping"); });
    if (!driven) return std::unexpected(driven.error());
    return std::vector<double>{driven->PerSecond()};
  };
}

Probe SyncRateOf(std::string directory) {
  return [directory = std::move(directory)](double seconds) -> Expected<std::vector<double>> {
    const auto rate = SyncedPagesOf(directory, 1, seconds);
    if (!rate) return std::unexpected(rate.error());
    return std::vector<double>{*rate};
  };
}

Expected<std::shared_ptr<Server>> StartShared(const Options& options, const Serving& serving) {
  auto server = Server::Start(options, serving);
  if (!server) return std::unexpected(std::move(server.error()));
  return std::make_shared<Server>(std::move(*server));
}

Expected<void> Fill(Server& server, const Calls& calls, std::uint64_t count) {
  const auto driven = Drive(server.session(), {.window = Calls::kPipelined, .seconds = kFillS, .most = count},
                            [&](std::int64_t id, std::uint64_t n, std::string& to) { to += calls.line(id, n); });
  if (!driven) return std::unexpected(driven.error());
  if (driven->answered < count) return Fail(ErrorCode::kUnavailable, "the server is too slow to be filled");
  return {};
}

}  // namespace skep::bench
