#include "fuzz/life.h"

#include <fmt/format.h>
#include <poll.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"

namespace skep::fuzz {
namespace {

/// Longer than any line that a client takes: such a one is still read, and told.
constexpr std::size_t kLongestLine = 64 * limits::kMiB;
/// When nothing has come for so long, requests that ask to wait are cancelled: a write takes a few milliseconds. What
/// is cancelled too soon is judged all the same.
constexpr std::int64_t kIdleMs = 20;
/// How long an answer that is late is waited for at least.
constexpr std::int64_t kQuietMs = 300;
/// What is never answered is waited for less each time, down to this.
constexpr std::int64_t kLeastGraceMs = 50;
/// Answers are left to gather for so long before they are read: being woken costs as much as judging some messages. A
/// server that writes less than a pipe in that time, 32 MB/s, is not held up.
constexpr timespec kNap{.tv_sec = 0, .tv_nsec = 2'000'000};
/// Rounds between two looks at a server's memory: a look takes as long as some messages.
constexpr int kLookEvery = 8;
/// What is looked at of a standard error: the beginning of a report is at most so far from its end.
constexpr std::size_t kErrors = limits::kMiB;

std::int64_t NowMs() { return SystemClock().SteadyNs() / 1'000'000; }

std::string SentinelId(int round) { return fmt::format(R"("round-{}")", round); }

}  // namespace

std::optional<std::string> SanitizerReport(std::string_view errors) {
  constexpr std::array<std::string_view, 5> kMarks = {"AddressSanitizer", "ThreadSanitizer", "LeakSanitizer",
                                                      "MemorySanitizer", "runtime error:"};
  for (const std::string_view mark : kMarks) {
    const std::size_t at = errors.find(mark);
    if (at == std::string_view::npos) continue;
    return std::string(errors.substr(at, errors.find('\n', at) - at));
  }
  return std::nullopt;
}

Expected<std::unique_ptr<Life>> Life::Start(const Setup& setup, const Contract& contract, Coverage& coverage) {
  auto home = Scratch::Make();
  if (!home) return std::unexpected(home.error());
  std::unique_ptr<Life> life(new Life(setup, std::move(*home)));
  life->grace_ms_ = setup.grace_ms;
  life->late_ms_ = std::min(setup.late_ms, setup.patience_ms);
  for (int i = 0; i < setup.connections; ++i) {
    const std::string errors = life->home_ / fmt::format("stderr-{}", i);
    auto session = client::Session::Open(
        client::Launch{.command = setup.command, .home = life->home_.path(), .errors = errors, .core = setup.core},
        {.revision = "", .max_line = kLongestLine});
    if (!session) return std::unexpected(session.error());
    life->peers_.push_back(std::make_unique<Peer>(std::move(*session), contract, coverage, life->claims_, i));
    life->peers_.back()->errors = errors;
  }
  return life;
}

std::uint64_t Life::sent() const {
  std::uint64_t sum = 0;
  for (const auto& peer : peers_) sum += peer->judge.sent();
  return sum;
}

std::uint64_t Life::received() const {
  std::uint64_t sum = 0;
  for (const auto& peer : peers_) sum += peer->judge.received();
  return sum;
}

std::int64_t Life::most_memory() const {
  std::int64_t most = 0;
  for (const auto& peer : peers_) most = std::max(most, peer->vitals.most_memory());
  return most;
}

bool Life::Settled() const {
  return std::ranges::all_of(peers_, [](const auto& peer) { return peer->ended || peer->judge.settled(); });
}

bool Life::Receive(Peer& peer) {
  client::Stream& stream = peer.session.stream();
  std::size_t received = 0;
  peer.ended = stream.Receive(received) == client::Stream::State::kEnded;
  std::span<char> line;
  while (true) {
    switch (stream.Next(line)) {
      case rpc::Framer::Got::kFrame:
        stream.Queue(peer.judge.Received(line));
        continue;
      case rpc::Framer::Got::kOversize:
        peer.judge.ReceivedOversize();
        continue;
      case rpc::Framer::Got::kNeedMore:
        break;
    }
    return received > 0;
  }
}

/// Sends and receives what can be, after waiting at most so long for that. Whether anything was.
bool Life::Exchange(std::int64_t ms) {
  std::vector<pollfd> fds;
  for (const auto& peer : peers_) {
    client::Stream& stream = peer->session.stream();
    if (!peer->ended && !ending_) stream.Send();
    fds.push_back({.fd = peer->ended ? -1 : stream.from(), .events = POLLIN});
    fds.push_back({.fd = peer->ended || ending_ || stream.unsent() == 0 ? -1 : stream.to(), .events = POLLOUT});
  }
  poll(fds.data(), fds.size(), static_cast<int>(ms));
  bool moved = false;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (fds[2 * i].revents != 0) moved = Receive(*peers_[i]) || moved;
    moved = moved || (fds[2 * i + 1].revents & POLLOUT) != 0;
  }
  return moved;
}

void Life::CancelWaiting() {
  for (const auto& peer : peers_) {
    for (const std::string& id : peer->judge.Waiting()) {
      const std::string line =
          fmt::format(R"({{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{}}}}})"
                      "\n",
                      id);
      peer->judge.Sent(line);
      peer->session.stream().Queue(line);
    }
  }
}

void Life::Await() {
  std::int64_t moved_ms = NowMs();
  bool quiet = false;
  while (!Settled()) {
    const bool only_unnamed =
        std::ranges::all_of(peers_, [](const auto& peer) { return peer->ended || peer->judge.owed() == 0; });
    if (Exchange(only_unnamed ? grace_ms_ : quiet ? kQuietMs : kIdleMs)) {
      moved_ms = NowMs();
      quiet = false;
      if (!Settled()) nanosleep(&kNap, nullptr);
      continue;
    }
    const std::int64_t still_ms = NowMs() - moved_ms;
    if (only_unnamed && still_ms >= grace_ms_) {
      grace_ms_ = std::max(grace_ms_ / 2, kLeastGraceMs);
      return;
    }
    // A server that answers what came later has lost what came before; its loss is told once, and waited for less.
    const bool alive = std::ranges::none_of(
        peers_, [&](const auto& peer) { return !peer->ended && peer->judge.Owes(SentinelId(rounds_)); });
    if (still_ms >= (alive ? late_ms_ : setup_.patience_ms)) {
      if (alive) late_ms_ = std::max(late_ms_ / 2, kQuietMs);
      return;
    }
    if (!std::exchange(quiet, true)) CancelWaiting();
  }
}

Life::Round Life::Play(std::span<const std::string> bytes) {
  ++rounds_;
  const std::string sentinel = SentinelId(rounds_);
  const std::string ping = fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"ping"}})"
                                       "\n",
                                       sentinel);
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    Peer& peer = *peers_[i];
    const std::string_view own = i < bytes.size() ? std::string_view(bytes[i]) : std::string_view();
    const std::string_view end = own.empty() || own.ends_with('\n') ? "" : "\n";
    for (const std::string_view part : {own, end, std::string_view(ping)}) {
      peer.judge.Sent(part);
      peer.session.stream().Queue(part);
    }
  }
  Await();
  Round round;
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    Peer& peer = *peers_[i];
    const int connection = static_cast<int>(i);
    const bool hangs = !peer.ended && peer.judge.Owes(sentinel);
    Judge::Round judged = peer.judge.EndRound();
    for (Finding& finding : judged.findings) {
      // Of who has gone, or does not move, one finding says so.
      const bool follows = finding.rule == Rule::kUnanswered || finding.rule == Rule::kUnreadable;
      if (!follows || !(peer.ended || hangs)) round.found.push_back({connection, std::move(finding)});
    }
    round.captures.push_back(std::move(judged.captures));
    if (hangs) {
      round.found.push_back(
          {connection, {Rule::kHang, "ping", fmt::format("a ping is not answered within {} ms", setup_.patience_ms)}});
      peer.session.process()->Kill(SIGKILL);
    }
    if (peer.ended) {
      const auto ending = peer.session.process()->Wait(setup_.patience_ms);
      const std::string how = ending ? client::Text(*ending) : std::string("it has closed its output");
      round.found.push_back(
          {connection, {Rule::kCrash, how, fmt::format("{}; it said: {}", how, client::Tail(peer.errors, 1000))}});
    }
    peer.over = hangs || peer.ended;
    round.over = round.over || peer.over;
    if (!round.over && rounds_ % kLookEvery == 0) {
      peer.vitals.Saw(peer.judge.sent(), client::MeasureFamily(peer.session.process()->pid()));
    }
  }
  return round;
}

void Life::EndPeer(int connection, std::vector<Found>& found) {
  Peer& peer = *peers_[static_cast<std::size_t>(connection)];
  const auto add = [&](Rule rule, std::string subject, std::string detail) {
    found.push_back({connection, {rule, std::move(subject), std::move(detail)}});
  };
  for (Finding& finding : peer.judge.EndRound().findings) found.push_back({connection, std::move(finding)});
  const auto ending = peer.session.process()->Wait(peer.ended ? setup_.patience_ms : 0);
  if (!ending) {
    add(Rule::kExit, "late", fmt::format("it has not ended {} ms after its input", setup_.patience_ms));
    peer.session.process()->Kill(SIGKILL);
  } else if (!ending->clean()) {
    add(Rule::kExit, client::Text(*ending), fmt::format("at the end of its input: {}", client::Text(*ending)));
  }
  if (auto growth = peer.vitals.Growth()) add(Rule::kGrowth, growth->substr(0, growth->find(" by ")), *growth);
}

std::vector<Life::Found> Life::End() {
  std::vector<Found> found;
  ending_ = true;
  for (const auto& peer : peers_) peer->session.CloseInput();
  const std::int64_t until_ms = NowMs() + setup_.patience_ms;
  while (NowMs() < until_ms && std::ranges::any_of(peers_, [](const auto& peer) { return !peer->ended; })) {
    Exchange(until_ms - NowMs());
  }
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    if (!peers_[i]->over) EndPeer(static_cast<int>(i), found);
    if (auto report = SanitizerReport(client::Tail(peers_[i]->errors, kErrors))) {
      found.push_back({static_cast<int>(i), {Rule::kSanitizer, report->substr(0, report->find(" on ")), *report}});
    }
  }
  return found;
}

}  // namespace skep::fuzz
