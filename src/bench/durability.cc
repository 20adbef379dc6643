#include "bench/durability.h"

#include <fmt/format.h>

#include <csignal>
#include <vector>

#include "base/clock.h"
#include "bench/calls.h"
#include "bench/drive.h"
#include "bench/server.h"
#include "client/answer.h"
#include "client/messages.h"
#include "store/inspect.h"

namespace skep::bench {
namespace {

constexpr int kInFlight = 64;
constexpr std::int64_t kPatienceMs = 30'000;

/// Each entry's value says whose it is.
std::string ValueOf(std::uint64_t n) { return fmt::format("entry {} {}", n, std::string(1000, 'v')); }

std::string StoreLine(std::uint64_t n) {
  return client::Call(
      static_cast<std::int64_t>(n), "memory_usage",
      fmt::format(R"({{"action":"store","namespace":"kill","key":"k{}","value":"{}"}})", n, ValueOf(n)));
}

/// Stores until the time is up and does not wait for what is still in flight then; says which were acknowledged.
Expected<std::vector<std::uint64_t>> StoreAndLeave(Run& run, client::Session& session, double seconds) {
  client::Stream& stream = session.stream();
  std::vector<std::uint64_t> acknowledged;
  std::uint64_t sent = 0;
  for (; sent < kInFlight; ++sent) stream.Queue(StoreLine(sent));
  const std::int64_t until_ns = SystemClock().SteadyNs() + static_cast<std::int64_t>(seconds * 1e9);
  while (SystemClock().SteadyNs() < until_ns && !run.stopped()) {
    std::size_t received = 0;
    if (stream.Send() == client::Stream::State::kEnded || !stream.Await(kPatienceMs) ||
        stream.Receive(received) == client::Stream::State::kEnded) {
      return Fail(ErrorCode::kUnavailable, "the server ends or does not answer");
    }
    for (std::span<char> line; stream.Next(line) == rpc::Framer::Got::kFrame;) {
      const client::Answer answer = client::Look(line, session.reader());
      if (answer.kind != client::Answer::Kind::kResult)
        return Fail(ErrorCode::kInternal, "the server refuses to store");
      acknowledged.push_back(static_cast<std::uint64_t>(answer.id));
      stream.Queue(StoreLine(sent++));
    }
  }
  return acknowledged;
}

Expected<void> LookFor(client::Session& session, const std::vector<std::uint64_t>& entries, Survived& survived) {
  for (const std::uint64_t n : entries) {
    const auto answer = session.AskWell(
        client::Call(1, "memory_usage", fmt::format(R"({{"action":"retrieve","namespace":"kill","key":"k{}"}})", n)));
    if (!answer) return std::unexpected(answer.error());
    const bool there = std::string_view(answer->data(), answer->size()).contains(ValueOf(n));
    ++(there ? survived.found : survived.missing);
  }
  return {};
}

std::string IntegrityOf(const std::string& file) {
  const auto inspected = store::Inspect(file);
  if (!inspected) return inspected.error().message;
  return inspected->damages.empty() ? "ok" : inspected->damages.front();
}

}  // namespace

Expected<Survived> KillWhileStoring(Run& run, double seconds) {
  auto server = Server::Start(run.options());
  if (!server) return std::unexpected(std::move(server.error()));
  run.Begin(seconds);
  run.At("storing");
  const auto acknowledged = StoreAndLeave(run, server->session(), seconds);
  if (!acknowledged) return std::unexpected(acknowledged.error());
  if (auto restarted = server->KillAndRestart(); !restarted) return std::unexpected(std::move(restarted.error()));
  run.At("looking for what was stored");
  Survived survived{.acknowledged = acknowledged->size()};
  if (auto looked = LookFor(server->session(), *acknowledged, survived); !looked) {
    return std::unexpected(std::move(looked.error()));
  }
  const auto health = server->session().AskWell(client::Call(2, "health_check", R"({"components":["store"]})"));
  if (!health) return std::unexpected(health.error());
  const bool well = std::string_view(health->data(), health->size()).contains(R"("status":"ok")");
  survived.health = well ? "ok" : std::string(health->data(), health->size());
  survived.integrity = IntegrityOf(server->database());
  return survived;
}

}  // namespace skep::bench
