#include "bench/server.h"

#include <fmt/format.h>
#include <poll.h>

#include <csignal>

#include "base/clock.h"
#include "base/paths.h"

namespace skep::bench {
namespace {

/// What a start may take: that of a server on a busy disk.
constexpr std::int64_t kStartMs = 10'000;
constexpr int kLookAgainMs = 5;

}  // namespace

Expected<Server> Server::Start(const Options& options, const Serving& serving) {
  auto home = Scratch::Make(options.directory);
  if (!home) return std::unexpected(std::move(home.error()));
  Server server(std::move(*home));
  server.launch_ = {.command = {options.program, "serve", "--project", server.home_.path()},
                    .home = server.home_.path(),
                    .errors = server.home_ / "errors.log",
                    .core = serving.core};
  if (!serving.durable) server.launch_.command.insert(server.launch_.command.end(), {"--durability", "relaxed"});
  if (serving.listening) {
    auto run = Scratch::Make();
    if (!run) return std::unexpected(std::move(run.error()));
    server.run_.emplace(std::move(*run));
    server.socket_ = *server.run_ / "s";
    server.launch_.command.insert(server.launch_.command.end(), {"--listen", "unix:" + server.socket_});
  }
  if (auto launched = server.Launch(); !launched) return std::unexpected(std::move(launched.error()));
  return server;
}

Expected<void> Server::Launch() {
  if (socket_.empty()) {
    auto session = client::Session::Open(launch_);
    if (!session) return std::unexpected(std::move(session.error()));
    session_.emplace(std::move(*session));
    return {};
  }
  auto process = client::Process::Start(launch_);
  if (!process) return std::unexpected(std::move(process.error()));
  process_.emplace(std::move(*process));
  return AwaitSocket();
}

Expected<void> Server::AwaitSocket() {
  const std::int64_t until_ns = SystemClock().SteadyNs() + kStartMs * 1'000'000;
  while (true) {
    auto fd = client::Connect(socket_);
    if (fd) return {};
    if (const auto ending = process_->Ended()) {
      return Fail(ErrorCode::kUnavailable, fmt::format("the server has ended: {}; it said: {}", client::Text(*ending),
                                                       client::Tail(launch_.errors, 1024)));
    }
    if (SystemClock().SteadyNs() > until_ns) return std::unexpected(std::move(fd.error()));
    poll(nullptr, 0, kLookAgainMs);
  }
}

Expected<client::Session> Server::Connect() const { return client::Session::Open(socket_, client::Session::Options()); }

Expected<void> Server::Restart() {
  session_->Close();
  session_.reset();
  return Launch();
}

Expected<void> Server::KillAndRestart() {
  process().Kill(SIGKILL);
  process().Wait(kStartMs);
  session_.reset();
  return Launch();
}

std::string Server::database() const {
  const Paths paths{.config = {}, .data = home_ / "data", .state = {}, .run = {}};
  return ProjectDatabasePath(paths, home_.path());
}

}  // namespace skep::bench
