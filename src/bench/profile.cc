#include "bench/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "bench/calls.h"
#include "bench/memory_probes.h"
#include "bench/server.h"
#include "client/messages.h"

namespace skep::bench {
namespace {

constexpr std::string_view kSuite = "memory profile";

// As product.md has them: the whole process at rest, a connection, a pending request.
constexpr double kRestMB = 35;
constexpr double kConnectionKB = 1000;
constexpr double kRequestKB = 1;

/// Enough that what each takes shows beside the pages that a process has anyway.
constexpr int kConnections = 200;
/// Requests of each of the first connections that wait: below what one session may have pending.
constexpr int kWaiting = 90;
constexpr int kWaitingConnections = 10;
constexpr std::uint64_t kEntries = 10'000;

struct Looked {
  double resident = 0;
  double anonymous = 0;
};

Expected<Looked> Look(const client::Process& process) {
  const client::ProcessFigures figures = process.Measure();
  if (!figures.resident_bytes || !figures.anonymous_bytes) {
    return Fail(ErrorCode::kUnavailable, "the kernel does not say what memory the server has");
  }
  return Looked{static_cast<double>(*figures.resident_bytes), static_cast<double>(*figures.anonymous_bytes)};
}

Figure Of(std::string name, std::string unit, std::string note = {}) {
  return {.name = std::move(name), .unit = std::move(unit), .note = std::move(note)};
}

void AddWithin(Run& run, Figure figure, double value, double most) {
  figure.required = most;
  run.Add(Single(kSuite, std::move(figure), value));
}

Expected<void> AtRest(Run& run) {
  run.At("a server at rest");
  auto server = Server::Start(run.options());
  if (!server) return std::unexpected(std::move(server.error()));
  const auto looked = Look(server->process());
  if (!looked) return std::unexpected(looked.error());
  AddWithin(run, Of("whole process at rest", "MB", "resident, after its first session has begun"),
            looked->resident / 1e6, kRestMB);
  run.Add(Single(kSuite, Of("of that, allocated", "MB", "anonymous: not the program's own pages"),
                 looked->anonymous / 1e6));
  return {};
}

/// Answers to a ping on each: what was sent before has been read by then.
Expected<void> PingAll(std::vector<client::Session>& sessions) {
  for (client::Session& session : sessions) {
    const auto answer = session.AskWell(client::Request(1, "ping"));
    if (!answer) return std::unexpected(answer.error());
  }
  return {};
}

Expected<void> Connections(Run& run) {
  run.At("connections");
  auto server = Server::Start(run.options(), {.listening = true});
  if (!server) return std::unexpected(std::move(server.error()));
  std::vector<client::Session> sessions;
  const auto connect = [&]() -> Expected<void> {
    auto session = server->Connect();
    if (!session) return std::unexpected(std::move(session.error()));
    sessions.push_back(std::move(*session));
    return {};
  };
  if (auto first = connect(); !first) return first;
  for (const auto& [tool, arguments] : {std::pair("swarm_init", R"({"topology":"mesh"})"),
                                        std::pair("agent_spawn", R"({"type":"coder","name":"w"})")}) {
    const auto made = sessions[0].AskWell(client::Call(1, tool, arguments));
    if (!made) return std::unexpected(made.error());
  }
  const auto before = Look(server->process());
  if (!before) return std::unexpected(before.error());
  for (int i = 0; i < kConnections; ++i) {
    if (auto connected = connect(); !connected) return connected;
  }
  const auto connected = Look(server->process());
  if (!connected) return std::unexpected(connected.error());
  AddWithin(run,
            Of("a connection", "KB", fmt::format("the mean of {} over a Unix socket, greeted and idle", kConnections)),
            (connected->resident - before->resident) / kConnections / 1e3, kConnectionKB);

  run.At("requests that wait");
  // The first of them on each connection make the room that the others use.
  const auto wait = [&](int count) -> Expected<void> {
    for (int i = 1; i <= kWaitingConnections; ++i) {
      client::Stream& stream = sessions[static_cast<std::size_t>(i)].stream();
      for (int n = 0; n < count; ++n) {
        stream.Queue(client::Call(1000 + n, "task_claim", R"({"agentId":"w","wait":300})"));
      }
      stream.Send();
    }
    return PingAll(sessions);
  };
  if (auto waits = wait(kWaiting); !waits) return waits;
  const auto waiting = Look(server->process());
  if (!waiting) return std::unexpected(waiting.error());
  constexpr double kRequests = kWaiting * kWaitingConnections;
  AddWithin(run, Of("a request that waits", "KB", fmt::format("the mean of {:.0f} task_claim with wait", kRequests)),
            (waiting->resident - connected->resident) / kRequests / 1e3, kRequestKB);
  return {};
}

Expected<void> Entries(Run& run) {
  run.At("entries");
  auto server = Server::Start(run.options(), {.durable = false});
  if (!server) return std::unexpected(std::move(server.error()));
  if (auto filled = Fill(*server, Store(1), 1); !filled) return filled;
  const auto before = Look(server->process());
  if (!before) return std::unexpected(before.error());
  if (auto filled = Fill(*server, Store(kEntries), kEntries); !filled) return filled;
  const auto after = Look(server->process());
  if (!after) return std::unexpected(after.error());
  run.Add(
      Single(kSuite,
             Of("1,000 entries of 1 KB, stored", "KB",
                fmt::format("the mean of {}: pages and indexes that the server keeps, with a bound; what is stored is "
                            "on the disk",
                            kEntries)),
             (after->resident - before->resident) / (kEntries / 1000) / 1e3));
  return {};
}

}  // namespace

void ProfileMemory(Run& run, double seconds) {
  struct Part {
    Expected<void> (*measure)(Run&);
    std::string_view name;
  };
  constexpr Part kParts[] = {
      {AtRest, "whole process at rest"}, {Connections, "a connection"}, {Entries, "1,000 entries"}};
  for (const Part& part : kParts) {
    if (run.stopped()) return;
    run.Begin(seconds / static_cast<double>(std::size(kParts)));
    if (const auto done = part.measure(run); !done) {
      run.Add(NoData(kSuite, Of(std::string(part.name), ""), done.error().message));
    }
  }
}

bool WithinRequirements(const std::vector<Row>& rows) {
  return std::ranges::all_of(rows, [](const Row& row) { return row.median && Met(row).value_or(true); });
}

}  // namespace skep::bench
