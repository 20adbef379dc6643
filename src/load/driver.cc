#include "load/driver.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <limits>
#include <utility>

#include "base/clock.h"
#include "client/messages.h"

namespace skep::load {
namespace {

/// What is written at once: a quarter of a pipe, so that a batch is sent some tens of µs after its moment was taken.
constexpr std::size_t kWriteBytes = 16 * limits::kKiB;
/// How often the watch is called.
constexpr std::int64_t kWatchNs = 100'000'000;
/// How long answers are waited for once the watch has ended the run: it is to end now, but cleanly.
constexpr std::int64_t kInterruptedGraceNs = 1'000'000'000;
constexpr std::int64_t kLastAnswersNs = 250'000'000;
/// Unsent bytes beyond which a server that asks is not answered, as it does not read either: twice the longest request.
constexpr std::size_t kMostUnsent = 16 * limits::kMiB;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::int64_t Now() { return SystemClock().SteadyNs(); }

double Seconds(std::int64_t ns) { return static_cast<double>(ns) / 1e9; }

std::int64_t OwnCpuNs() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::size_t MostInFlight(const Plan& plan) {
  if (!plan.pattern.closed()) return plan.most_in_flight;
  return static_cast<std::size_t>(plan.pattern.depth) * static_cast<std::size_t>(plan.connections);
}

/// The id of what a server asks, as it stands in JSON; empty when it is none.
std::string IdOf(const json::Value& id) {
  if (id.Is(json::Type::kString)) return client::Quoted(id.AsString());
  return id.Is(json::Type::kInt) ? fmt::format("{}", id.AsInt()) : std::string();
}

}  // namespace

Expected<std::unique_ptr<Driver>> Driver::Make(const Plan& plan, Servers& servers, Script& script) {
  std::unique_ptr<Driver> driver(new Driver(plan, servers, script));
  if (auto registered = driver->Register(); !registered) return std::unexpected(std::move(registered.error()));
  return driver;
}

Driver::Driver(const Plan& plan, Servers& servers, Script& script)
    : servers_(servers),
      script_(script),
      most_in_flight_(MostInFlight(plan)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      alive_(servers.sessions().size()),
      pending_(most_in_flight_, script.first_id()) {
  for (client::Session& session : servers.sessions())
    connections_.push_back({.stream = &session.stream(), .unsent = {}});
}

Expected<void> Driver::Register() {
  const timespec at_once{};
  epoll_event none;
  if (epoll_pwait2(*epoll_, &none, 1, &at_once, nullptr) < 0) {
    return Fail(ErrorCode::kUnavailable, fmt::format("epoll_pwait2: {}; Linux 5.11 has it", std::strerror(errno)));
  }
  for (std::uint32_t at = 0; at < connections_.size(); ++at) {
    epoll_event event{.events = EPOLLIN, .data = {.u32 = at}};
    if (epoll_ctl(*epoll_, EPOLL_CTL_ADD, connections_[at].stream->from(), &event) != 0) {
      return Fail(ErrorCode::kUnavailable, fmt::format("epoll: {}", std::strerror(errno)));
    }
  }
  return {};
}

// --- The phase's course ---

void Driver::Begin(const Phase& phase) {
  phase_ = phase;
  servers_.FindChildren();
  tally_.emplace(script_.operations(), servers_.Measure());
  schedule_.reset();
  total_ = phase.most_requests == 0 ? std::numeric_limits<std::uint64_t>::max() : phase.most_requests;
  next_ = 0;
  in_flight_ = 0;
  lost_.reset();
  sending_ = true;
  began_ms_ = SystemClock().WallMs();
  start_ns_ = last_answer_ns_ = Now();
  sending_until_ns_ = start_ns_ + phase.duration_ns;
  until_ns_ = kNever;
  if (phase.pattern.closed()) return;
  schedule_.emplace(phase.pattern, phase.duration_ns);
  total_ = std::min(total_, schedule_->total());
  // The last of a limited number ends it, and the time does otherwise.
  if (total_ < schedule_->total()) sending_until_ns_ = start_ns_ + schedule_->DueNs(total_ - 1);
  next_due_ns_ = start_ns_ + schedule_->DueNs(0);
}

Outcome Driver::Drive(const Phase& phase, const Watch& watch) {
  const std::int64_t cpu_before_ns = OwnCpuNs();
  Begin(phase);
  std::int64_t watch_ns = start_ns_ + kWatchNs;
  bool interrupted = false;
  if (!schedule_) {
    for (std::uint32_t at = 0; at < connections_.size(); ++at) Refill(at);
  }
  std::int64_t now_ns = Now();
  while (!Done(now_ns)) {
    if (schedule_) SendDue();
    Await(std::min({NextMoment(), watch_ns, IntervalEndNs()}));
    now_ns = Now();
    if (sending_ && (now_ns >= sending_until_ns_ || (!schedule_ && tally_->sent() >= total_))) {
      EndSending(std::min(now_ns, sending_until_ns_), phase_.grace_ns);
    }
    if (now_ns >= IntervalEndNs()) {
      tally_->EndInterval(now_ns - start_ns_, DueBy(now_ns), servers_.Measure());
    }
    if (now_ns >= watch_ns) {
      watch_ns = now_ns + kWatchNs;
      if (watch && !interrupted && !watch(tally_->SoFar(now_ns - start_ns_, DueBy(now_ns), phase_.warming_up))) {
        interrupted = true;
        EndSending(std::min(now_ns, sending_until_ns_), std::min(phase_.grace_ns, kInterruptedGraceNs));
      }
    }
  }
  return Finish(now_ns, interrupted, OwnCpuNs() - cpu_before_ns);
}

Outcome Driver::Finish(std::int64_t now_ns, bool interrupted, std::int64_t own_cpu_ns) {
  if (sending_) EndSending(std::min(now_ns, sending_until_ns_), 0);
  tally_->Failed(kUnanswered, in_flight_ + (DueBy(now_ns) - tally_->sent()));
  tally_->EndInterval(now_ns - start_ns_, DueBy(now_ns), servers_.Measure());
  // What was waited for in vain after the last answer is no part of the load; that a server stopped before the end is.
  tally_->SoFar(std::max(last_answer_ns_, sending_until_ns_) - start_ns_, DueBy(now_ns), phase_.warming_up);
  Outcome outcome = std::move(*tally_).TakeOutcome();
  outcome.sending_s = Seconds(sending_until_ns_ - start_ns_);
  outcome.own_cpu_s = Seconds(own_cpu_ns);
  outcome.interrupted = interrupted;
  if (lost_) outcome.broken_off = servers_.WhyEnded(*lost_);
  outcome.began_ms = began_ms_;
  return outcome;
}

void Driver::SendDue() {
  std::int64_t now_ns = Now();
  while (next_ < total_ && next_due_ns_ <= now_ns && pending_.size() < most_in_flight_) {
    const auto at = NextFree();
    if (!at) break;
    Put(*at, next_due_ns_, now_ns);
    if (++next_ < total_) next_due_ns_ = start_ns_ + schedule_->DueNs(next_);
    if (connections_[*at].unsent.size() >= kWriteBytes) {
      Flush(*at);
      now_ns = Now();
    }
  }
  held_up_ = next_ < total_ && next_due_ns_ <= now_ns;
  for (const std::uint32_t at : touched_) Flush(at);
  touched_.clear();
}

void Driver::Refill(std::uint32_t at) {
  Connection& connection = connections_[at];
  const auto has_room = [&] {
    return connection.in_flight < phase_.pattern.depth && tally_->sent() < total_ &&
           connection.unsent.size() < kWriteBytes;
  };
  while (sending_ && has_room() && IsFree(connection)) {
    const std::int64_t now_ns = Now();
    while (has_room()) Put(at, now_ns, now_ns);
    Flush(at);
  }
  touched_.clear();
}

void Driver::EndSending(std::int64_t now_ns, std::int64_t grace_ns) {
  sending_ = false;
  if (schedule_) total_ = DueBy(now_ns);
  sending_until_ns_ = now_ns;
  until_ns_ = now_ns + grace_ns;
}

bool Driver::Done(std::int64_t now_ns) const {
  if (alive_ == 0 || now_ns >= until_ns_) return true;
  return !sending_ && in_flight_ == 0 && (!schedule_ || next_ == total_);
}

std::int64_t Driver::NextMoment() const {
  const std::int64_t end_ns = sending_ ? sending_until_ns_ : until_ns_;
  // What has become due since then is sent at once.
  const bool waits = schedule_ && next_ < total_ && !held_up_;
  return waits ? std::min(end_ns, next_due_ns_) : end_ns;
}

std::int64_t Driver::IntervalEndNs() const {
  // The last answers, which come a little after the end, belong to the last second and are no interval of their own.
  return start_ns_ + tally_->interval_end_ns() + (sending_ ? 0 : kLastAnswersNs);
}

std::uint64_t Driver::DueBy(std::int64_t now_ns) const {
  if (!schedule_) return tally_->sent();
  return std::min(schedule_->DueBy(now_ns - start_ns_), total_);
}

// --- Connections ---

void Driver::Await(std::int64_t until_ns) {
  std::array<epoll_event, 256> events;
  const std::int64_t left_ns = std::max<std::int64_t>(until_ns - Now(), 0);
  const timespec left{.tv_sec = left_ns / 1'000'000'000, .tv_nsec = left_ns % 1'000'000'000};
  const int count = epoll_pwait2(*epoll_, events.data(), static_cast<int>(events.size()), &left, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const std::uint32_t at = event.data.u32;
    Connection& connection = connections_[at];
    if (!connection.alive) continue;
    if (connection.waits_to_write) Flush(at);
    // Of a pipe, what tells that it can be written to is another event than that it can be read.
    if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) Receive(at);
    if (!schedule_ && connection.alive) Refill(at);
  }
}

bool Driver::IsFree(const Connection& connection) const {
  return connection.takes_requests && connection.stream->unsent() == 0;
}

std::optional<std::uint32_t> Driver::NextFree() {
  const auto count = static_cast<std::uint32_t>(connections_.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t at = turn_;
    turn_ = turn_ + 1 == count ? 0 : turn_ + 1;
    if (IsFree(connections_[at])) return at;
  }
  return std::nullopt;
}

void Driver::Put(std::uint32_t at, std::int64_t due_ns, std::int64_t now_ns) {
  Connection& connection = connections_[at];
  if (connection.unsent.empty()) touched_.push_back(at);
  Sent sent{.due_ns = due_ns, .sent_ns = now_ns, .connection = at};
  script_.Choose(sent);
  script_.AppendTo(connection.unsent, pending_.Add(sent), sent);
  ++connection.in_flight;
  ++in_flight_;
  tally_->Sent();
}

void Driver::Flush(std::uint32_t at) {
  Connection& connection = connections_[at];
  connection.stream->Queue(connection.unsent);
  connection.unsent.clear();
  // What it has not read when it ends its input is lost; it may still answer what it has read.
  if (connection.stream->Send() == client::Stream::State::kEnded) {
    connection.takes_requests = false;
    if (!lost_) lost_ = at;
  }
  WaitToWrite(at, connection.stream->unsent() > 0);
}

void Driver::WaitToWrite(std::uint32_t at, bool wait) {
  Connection& connection = connections_[at];
  if (connection.waits_to_write == wait) return;
  connection.waits_to_write = wait;
  const int to = connection.stream->to();
  epoll_event event{.events = EPOLLOUT, .data = {.u32 = at}};
  if (to == connection.stream->from()) {
    event.events = wait ? EPOLLIN | EPOLLOUT : EPOLLIN;
    epoll_ctl(*epoll_, EPOLL_CTL_MOD, to, &event);
  } else {
    epoll_ctl(*epoll_, wait ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, to, &event);
  }
}

void Driver::Receive(std::uint32_t at) {
  client::Stream& stream = *connections_[at].stream;
  std::size_t received = 0;
  const client::Stream::State state = stream.Receive(received);
  const std::int64_t now_ns = Now();
  std::span<char> line;
  while (true) {
    const rpc::Framer::Got got = stream.Next(line);
    if (got == rpc::Framer::Got::kNeedMore) break;
    if (got == rpc::Framer::Got::kOversize) {
      tally_->Failed("line too long");
    } else {
      Take(at, line, now_ns);
    }
  }
  if (state == client::Stream::State::kEnded) Lose(at);
}

void Driver::Take(std::uint32_t at, std::span<char> line, std::int64_t now_ns) {
  using Kind = client::Answer::Kind;
  const client::Answer answer = client::Look(line, reader_);
  switch (answer.kind) {
    case Kind::kNotification:
      return;
    case Kind::kMalformed:
      return tally_->Failed("malformed line", 1, {line.data(), line.size()});
    case Kind::kRequest:
      return Reply(at);
    case Kind::kResult:
    case Kind::kToolError:
    case Kind::kError:
      return Settle(at, answer, line, now_ns);
  }
}

void Driver::Reply(std::uint32_t at) {
  client::Stream& stream = *connections_[at].stream;
  const std::string id = IdOf(reader_.root().Find("id"));
  if (id.empty()) return tally_->Failed("malformed line");
  if (stream.unsent() > kMostUnsent) return tally_->Failed("answer not taken");
  // Of a client without capabilities a server may ask for nothing but a ping.
  stream.Queue(fmt::format("{{\"jsonrpc\":\"2.0\",\"id\":{},\"result\":{{}}}}\n", id));
  Flush(at);
}

void Driver::Settle(std::uint32_t at, const client::Answer& answer, std::span<char> line, std::int64_t now_ns) {
  const auto sent = pending_.Take(answer.id, at);
  if (!sent) return tally_->Failed("answer to nothing");
  --connections_[at].in_flight;
  const bool good = answer.kind == client::Answer::Kind::kResult;
  script_.Answered(*sent, good ? line : std::span<char>(), reader_);
  // Of an earlier phase.
  if (sent->due_ns < start_ns_) return;
  --in_flight_;
  last_answer_ns_ = now_ns;
  if (good) {
    tally_->Answered(sent->operation, now_ns - sent->due_ns, now_ns - sent->sent_ns);
  } else {
    // What is no result has been parsed.
    tally_->Refused(answer, reader_.root());
  }
}

void Driver::Lose(std::uint32_t at) {
  Connection& connection = connections_[at];
  WaitToWrite(at, false);
  epoll_ctl(*epoll_, EPOLL_CTL_DEL, connection.stream->from(), nullptr);
  connection.alive = connection.takes_requests = false;
  connection.in_flight = 0;
  const std::uint64_t lost = pending_.Drop(at, start_ns_);
  in_flight_ -= lost;
  tally_->Failed("connection ended", lost);
  --alive_;
  if (!lost_) lost_ = at;
}

}  // namespace skep::load
