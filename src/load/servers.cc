#include "load/servers.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "base/clock.h"

namespace skep::load {
namespace {

/// How long a server may take until it listens: as long as for its first answer.
constexpr std::int64_t kListenMs = 30'000;
constexpr int kListenPauseMs = 5;
/// How long servers may take to end, all together, before they are killed.
constexpr std::int64_t kEndMs = 3'000;
/// Descriptors of a connection: two pipes and one for the process's end; and those that anyone has.
constexpr rlim_t kFilesEach = 3;
constexpr rlim_t kFilesBeside = 64;

/// As far as the hard limit lets it; what does not suffice is told by what then cannot be opened.
void AllowFiles(rlim_t files) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= files) return;
  limit.rlim_cur = std::min(files, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// The process that listens at the other end, as the kernel noted it.
std::optional<pid_t> PeerOf(int socket) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 || credentials.pid <= 0)
    return std::nullopt;
  return credentials.pid;
}

std::vector<std::string> CommandFor(const Target& target) {
  constexpr std::string_view kHole = "{socket}";
  std::vector<std::string> command = target.command;
  for (std::string& word : command) {
    for (std::size_t at = 0; (at = word.find(kHole, at)) != std::string::npos; at += target.socket.size()) {
      word.replace(at, kHole.size(), target.socket);
    }
  }
  return command;
}

/// What is shown of what a server said on its standard error.
constexpr std::size_t kShown = 1024;

std::string Said(const std::string& errors) {
  const std::string text = client::Tail(errors, kShown);
  return text.empty() ? text : "; it said: " + text;
}

}  // namespace

Expected<Servers> Servers::Open(const Target& target, const Plan& plan, const std::string& home) {
  AllowFiles(static_cast<rlim_t>(plan.connections) * kFilesEach + kFilesBeside);
  // A server that has gone shows as an error of what is written to it.
  std::signal(SIGPIPE, SIG_IGN);
  Servers servers;
  servers.errors_ = home + "/server-errors.txt";
  const client::Launch launch{
      .command = CommandFor(target), .home = home, .errors = servers.errors_, .core = plan.core};
  if (!target.socket.empty() && !target.command.empty()) {
    // It would be spoken to in place of the one that is started, of which CPU and memory are taken.
    const auto there = client::Connect(target.socket);
    if (!there && there.error().code == ErrorCode::kInvalidArgument) return std::unexpected(there.error());
    if (there) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("something listens at {} already: name another socket, or no server", target.socket));
    }
    auto listener = client::Process::Start(launch);
    if (!listener) return std::unexpected(std::move(listener.error()));
    servers.listener_ = std::make_unique<client::Process>(std::move(*listener));
    servers.processes_.push_back({.pid = servers.listener_->pid()});
  }
  const client::Session::Options options{.goes_on = plan.goes_on};
  for (int i = 0; i < plan.connections; ++i) {
    if (plan.goes_on && !plan.goes_on()) return Fail(ErrorCode::kUnavailable, "ended before all servers were started");
    auto session =
        target.socket.empty() ? client::Session::Open(launch, options) : servers.Await(target.socket, options);
    if (!session) return std::unexpected(std::move(session.error()));
    if (session->process() != nullptr) {
      servers.processes_.push_back({.pid = session->process()->pid()});
    } else if (servers.processes_.empty()) {
      if (const auto pid = PeerOf(session->stream().from())) servers.processes_.push_back({.pid = *pid});
    }
    servers.sessions_.push_back(std::move(*session));
  }
  servers.FindChildren();
  return servers;
}

Expected<client::Session> Servers::Await(const std::string& socket, const client::Session::Options& options) {
  const std::int64_t until_ns = SystemClock().SteadyNs() + kListenMs * 1'000'000;
  while (true) {
    auto session = client::Session::Open(socket, options);
    if (session || !listener_ || !sessions_.empty()) return session;
    if (const auto ending = listener_->Ended()) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("the server has ended before it listened: {}{}", client::Text(*ending), Said(errors_)));
    }
    if (SystemClock().SteadyNs() > until_ns || (options.goes_on && !options.goes_on())) return session;
    poll(nullptr, 0, kListenPauseMs);
  }
}

Servers::~Servers() {
  for (client::Session& session : sessions_) {
    session.CloseInput();
  }
  if (listener_) {
    listener_->CloseInput();
    listener_->Kill(SIGTERM);
  }
  const std::int64_t until_ns = SystemClock().SteadyNs() + kEndMs * 1'000'000;
  const auto left_ms = [&] { return std::max<std::int64_t>(0, (until_ns - SystemClock().SteadyNs()) / 1'000'000); };
  for (client::Session& session : sessions_) session.Close(left_ms());
  if (listener_) listener_->Wait(left_ms());
}

void Servers::FindChildren() {
  std::vector<Measured> found;
  for (const Measured& process : processes_) {
    for (const pid_t child : client::Descendants(process.pid)) found.push_back({.pid = child});
  }
  for (const Measured& child : found) {
    if (std::ranges::find(processes_, child.pid, &Measured::pid) == processes_.end()) processes_.push_back(child);
  }
}

ServerFigures Servers::Measure() {
  ServerFigures all{.processes = processes_.size()};
  for (Measured& process : processes_) {
    if (const auto cpu_ns = client::CpuNs(process.pid)) process.cpu_ns = static_cast<double>(*cpu_ns);
    if (process.cpu_ns) all.cpu_ns = all.cpu_ns.value_or(0) + *process.cpu_ns;
    if (const auto bytes = client::ResidentBytes(process.pid)) {
      all.resident_bytes = all.resident_bytes.value_or(0) + static_cast<double>(*bytes);
    }
  }
  return all;
}

std::string Servers::WhyEnded(std::size_t connection) {
  client::Process* const process = listener_ ? listener_.get() : sessions_[connection].process();
  std::string why = "has closed the connection";
  // Its output ends before it does.
  constexpr std::int64_t kEndingMs = 200;
  if (const auto ending = process != nullptr ? process->Wait(kEndingMs) : std::nullopt) {
    why = fmt::format("has ended: {}", client::Text(*ending));
  }
  return fmt::format("the server of connection {} {}{}", connection + 1, why, Said(errors_));
}

}  // namespace skep::load
