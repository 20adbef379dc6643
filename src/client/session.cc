#include "client/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/clock.h"
#include "client/answer.h"
#include "client/messages.h"

namespace skep::client {
namespace {

/// The id of the greeting: of those that no load has.
constexpr std::int64_t kGreetingId = (std::int64_t{1} << 53) - 1;
/// Bytes of an answer that are shown when it is not the one that was wanted.
constexpr std::size_t kShown = 300;
/// How often it is asked whether to go on.
constexpr std::int64_t kAskNs = 100'000'000;

/// How long after the end of its output a process is waited for, to say how it ended.
constexpr std::int64_t kEndMs = 1000;

}  // namespace

Expected<Fd> Connect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: a socket's path has at most {} bytes", path, sizeof(address.sun_path) - 1));
  }
  path.copy(address.sun_path, path.size());
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || connect(*fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    return Fail(ErrorCode::kUnavailable, fmt::format("cannot connect to {}: {}", path, std::strerror(errno)));
  }
  fcntl(*fd, F_SETFL, fcntl(*fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

Expected<Session> Session::Open(const Launch& launch, const Options& options) {
  auto process = Process::Start(launch);
  if (!process) return std::unexpected(std::move(process.error()));
  Session session;
  session.options_ = options;
  session.errors_ = launch.errors;
  session.process_.emplace(std::move(*process));
  session.pool_ = std::make_unique<BufferPool>();
  session.stream_ =
      std::make_unique<Stream>(session.process_->to(), session.process_->from(), *session.pool_, options.max_line);
  session.reader_ = std::make_unique<json::Reader>();
  if (auto greeted = session.Greet(); !greeted) return std::unexpected(std::move(greeted.error()));
  return session;
}

Expected<Session> Session::Open(const std::string& socket, const Options& options) {
  auto fd = Connect(socket);
  if (!fd) return std::unexpected(std::move(fd.error()));
  Session session;
  session.options_ = options;
  session.socket_ = std::move(*fd);
  session.pool_ = std::make_unique<BufferPool>();
  session.stream_ = std::make_unique<Stream>(*session.socket_, *session.socket_, *session.pool_, options.max_line);
  session.reader_ = std::make_unique<json::Reader>();
  if (auto greeted = session.Greet(); !greeted) return std::unexpected(std::move(greeted.error()));
  return session;
}

Expected<void> Session::Greet() {
  if (options_.revision.empty()) return {};
  auto answer = AskWell(Initialize(kGreetingId, options_.revision));
  if (!answer) return std::unexpected(std::move(answer.error()));
  stream_->Queue(kInitialized);
  stream_->Send();
  return {};
}

std::string Session::WhatWentWrong(bool timed_out) {
  std::string text = fmt::format("no answer within {} ms", options_.timeout_ms);
  if (!timed_out) {
    // A process closes its output a moment before it has ended.
    const auto ending = process_ ? process_->Wait(kEndMs) : std::nullopt;
    text = ending ? fmt::format("the server has ended: {}", Text(*ending))
                  : fmt::format("the server has closed its output, or sent a line of more than {} bytes",
                                options_.max_line);
  }
  if (errors_.empty()) return text;
  if (const std::string tail = Tail(errors_, 1024); !tail.empty()) text += "; it said: " + tail;
  return text;
}

Expected<std::span<char>> Session::Ask(std::string_view line) {
  stream_->Queue(line);
  const std::int64_t until_ns = SystemClock().SteadyNs() + options_.timeout_ms * 1'000'000;
  while (true) {
    const std::int64_t pause_ns = options_.goes_on ? std::min(until_ns, SystemClock().SteadyNs() + kAskNs) : until_ns;
    const std::span<char> answer = stream_->NextBefore(pause_ns);
    if (answer.empty() && pause_ns < until_ns && SystemClock().SteadyNs() >= pause_ns) {
      if (options_.goes_on()) continue;
      return Fail(ErrorCode::kUnavailable, "no answer until it was not waited for any more");
    }
    if (answer.empty()) return Fail(ErrorCode::kUnavailable, WhatWentWrong(SystemClock().SteadyNs() >= until_ns));
    const Answer what = Look(answer, *reader_);
    if (what.kind != Answer::Kind::kNotification && what.kind != Answer::Kind::kRequest) return answer;
  }
}

Expected<std::span<char>> Session::AskWell(std::string_view line) {
  auto answer = Ask(line);
  if (!answer) return answer;
  const Answer what = Look(*answer, *reader_);
  if (what.kind == Answer::Kind::kResult) return answer;
  return Fail(ErrorCode::kInternal,
              fmt::format("the server answers {}", std::string_view(answer->data(), std::min(answer->size(), kShown))));
}

void Session::CloseInput() {
  if (!process_) return;
  stream_->EndSending();
  process_->CloseInput();
}

std::optional<Ending> Session::Close(std::int64_t ms) {
  if (!process_) return std::nullopt;
  CloseInput();
  // What it still says has to be read, or it waits for ever.
  const std::int64_t until_ns = SystemClock().SteadyNs() + ms * 1'000'000;
  while (!stream_->NextBefore(until_ns).empty()) {
  }
  return process_->Wait(std::max<std::int64_t>(0, (until_ns - SystemClock().SteadyNs()) / 1'000'000));
}

}  // namespace skep::client
