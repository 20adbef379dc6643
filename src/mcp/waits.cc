#include "mcp/waits.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "mcp/session.h"
#include "mcp/tool_call.h"
#include "store/store.h"

namespace skep::mcp {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;
/// How soon it is seen that a client who was behind has caught up.
constexpr std::int64_t kChokedMs = 20;
/// Calls woken by one look for the ends of tasks: a millisecond's work. The next look goes on.
constexpr std::size_t kMaxTogether = 1000;
/// How long answering may keep the thread from its clients at a time, in ns.
constexpr std::int64_t kSliceNs = kNsPerMs;
/// Ticks without a change after which those who could not have what is ready are asked again: a second.
constexpr int kQuietTicks = 4;

}  // namespace

Waits::Waits(const Services& services)
    : services_(services),
      watch_(services, [this] { LookIfChanged(); }),
      look_(services.events.MakeTimer([this] { Look(); })),
      tick_(services.events.MakeTimer([this] { OnTick(); })),
      share_(services.events.MakeTimer([this] { AnswerShared(); })) {}

Waits::~Waits() = default;

void Waits::Park(std::unique_ptr<ToolCall> call) {
  const ToolCall* const key = call.get();
  const Wait& wait = *call->wait();
  if (places_.empty()) watch_.Start();
  if (wait.what == Wait::For::kMessage) {
    const bool first = lines_.lower_bound({Wait::For::kMessage, 0}) == lines_.lower_bound({Wait::For::kLease, 0});
    seen_message_ = first ? call->mark().newest : std::min(seen_message_, call->mark().newest);
  }
  const auto line = lines_.try_emplace({wait.what, wait.key}).first;
  const std::int64_t deadline_ns = call->give_up_ns();
  line->second.calls.push_back(std::move(call));
  places_.emplace(key, Place{line, std::prev(line->second.calls.end()), deadline_ns});
  PushDeadline(deadline_ns, key);
  fresh_.push_back(key);
  SetTick();
  LookSoon();
}

std::unique_ptr<ToolCall> Waits::Take(const ToolCall& call) {
  const auto found = places_.find(&call);
  if (found == places_.end()) return nullptr;
  const Place place = found->second;
  places_.erase(found);
  std::erase(fresh_, &call);
  auto taken = std::move(*place.call);
  place.line->second.calls.erase(place.call);
  DropIfUnused(place.line);
  StopIfIdle();
  return taken;
}

void Waits::Wake(const ToolCall& call) {
  const auto found = places_.find(&call);
  ++found->second.line->second.running;
  auto taken = Take(call);
  taken->BeginAgain();
  services_.store.Submit(std::move(taken));
}

void Waits::NoteReturn(const ToolCall& call) {
  const auto line = lines_.find(call.woken_from());
  if (line == lines_.end()) return;
  --line->second.running;
  // Its place in the wave is free for another.
  if (!line->second.calls.empty()) LookSoon();
}

void Waits::NoteCommit() {
  if (!places_.empty()) LookSoon();
}

void Waits::LookSoon() {
  if (std::exchange(look_asked_, true)) return;
  look_->Set(0);
}

void Waits::Look() {
  look_asked_ = false;
  const bool by_clock = std::exchange(by_clock_, false);
  const auto unused = [](const auto& line) { return line.second.calls.empty() && line.second.running == 0; };
  if (places_.empty()) {
    std::erase_if(lines_, unused);
    return;
  }
  store::Store& store = services_.store;
  // When it has to be opened anew, whoever writes next does that: the tick looks again.
  if (!store.IsOpen()) return;
  store.EndRead();
  // Before what it names is read: at worst it is looked at once more.
  const store::Stamp state = store.State();
  const bool changed = !state.known() || state != looked_at_;
  store::Database& database = store.Reader();
  const Moment now = services_.clock.Now();
  if (!database.error()) {
    LookForTasks(database, now);
    // Who has just been parked may have missed what an earlier look has seen.
    const bool left = std::exchange(left_, false);
    if (changed || by_clock || left || !fresh_.empty()) {
      LookForMessages(database);
      LookForLeases(database, now);
      LookForTaskEnds(database);
    }
    looked_at_ = state;
    fresh_.clear();
  }
  if (database.error()) {
    // The tick looks again.
    Log(LogLevel::kInfo, "looking for what calls wait for: {}", database.error()->message);
    looked_at_ = {};
    database.ClearError();
  }
  store.EndRead();
  std::erase_if(lines_, unused);
  if (left_) LookSoon();
}

void Waits::LookForTasks(store::Database& database, const Moment& now) {
  std::vector<const ToolCall*> woken;
  for (auto line = lines_.begin(); line != lines_.end() && line->first.first == Wait::For::kTask; ++line) {
    Line& queue = line->second;
    const auto ready = swarm::FindReadyTasks(database, line->first.second, limits::kMaxWoken, now);
    if (database.error()) return;
    if (ready != queue.ready) {
      queue.ready = ready;
      queue.untried = std::ssize(queue.calls);
      queue.next_wave = 1;
    }
    queue.untried = std::min(queue.untried, static_cast<std::int64_t>(std::ssize(queue.calls)));
    if (ready.count == 0 || queue.untried == 0) continue;
    const std::int64_t wave = std::max(ready.count, queue.next_wave) - queue.running;
    const std::int64_t count = std::min(wave, queue.untried);
    if (count <= 0) continue;
    queue.untried -= count;
    queue.next_wave = std::min(2 * queue.next_wave, limits::kMaxWoken);
    auto call = queue.calls.begin();
    for (std::int64_t i = 0; i < count; ++i) woken.push_back((call++)->get());
  }
  for (const ToolCall* const call : woken) Wake(*call);
  // Those who have come since the last look may have missed what is ready by a moment.
  for (const ToolCall* const call : std::vector(fresh_)) {
    const auto place = places_.find(call);
    if (place == places_.end() || call->was_woken()) continue;
    const auto& [thing, queue] = *place->second.line;
    if (thing.first == Wait::For::kTask && queue.ready.count > 0) Wake(*call);
  }
}

void Waits::LookForMessages(store::Database& database) {
  const auto first = lines_.lower_bound({Wait::For::kMessage, 0});
  if (first == lines_.end() || first->first.first != Wait::For::kMessage) return;
  std::vector<const ToolCall*> woken;
  for (const auto& [recipient, newest] : swarm::FindNewMessages(database, seen_message_)) {
    seen_message_ = std::max(seen_message_, newest);
    const auto line = lines_.find({Wait::For::kMessage, recipient});
    if (line == lines_.end()) continue;
    for (const auto& call : line->second.calls) {
      if (call->mark().newest < newest) woken.push_back(call.get());
    }
  }
  for (const ToolCall* const call : woken) Wake(*call);
}

void Waits::LookForLeases(store::Database& database, const Moment& now) {
  const auto line = lines_.find({Wait::For::kLease, 0});
  if (line == lines_.end() || line->second.calls.empty()) return;
  const auto live = swarm::FindLiveLeases(database, now);
  if (database.error()) return;
  std::vector<const ToolCall*> woken;
  for (const auto& call : line->second.calls) {
    if (swarm::LostLease(live, call->mark())) woken.push_back(call.get());
  }
  for (const ToolCall* const call : woken) Wake(*call);
}

void Waits::LookForTaskEnds(store::Database& database) {
  std::vector<const ToolCall*> woken;
  for (auto line = lines_.lower_bound({Wait::For::kTaskEnd, 0}); line != lines_.end(); ++line) {
    if (woken.size() == kMaxTogether) break;
    if (line->second.calls.empty() || !swarm::HasEnded(database, line->first.second)) continue;
    for (const auto& call : line->second.calls) {
      if (woken.size() == kMaxTogether) break;
      woken.push_back(call.get());
    }
  }
  // What was read while the database failed means nothing.
  if (database.error()) return;
  if (woken.size() == kMaxTogether) left_ = true;
  WakeTogether(woken);
}

void Waits::WakeTogether(const std::vector<const ToolCall*>& calls) {
  std::unordered_map<std::string, std::vector<const ToolCall*>> alike;
  for (const ToolCall* const call : calls) {
    if (call->only_reads()) {
      alike[call->Wish()].push_back(call);
    } else {
      Wake(*call);
    }
  }
  for (const auto& [wish, same] : alike) {
    std::vector<std::unique_ptr<ToolCall>> followers;
    for (std::size_t i = same.size() - 1; i > 0; --i) followers.push_back(Take(*same[i]));
    places_.at(same[0]).call->get()->Lead(std::move(followers));
    Wake(*same[0]);
  }
}

void Waits::RunFirst(std::vector<std::unique_ptr<ToolCall>> calls) {
  auto first = std::move(calls.back());
  calls.pop_back();
  first->Lead(std::move(calls));
  first->BeginAgain();
  ++lines_[first->woken_from()].running;
  services_.store.Submit(std::move(first));
}

void Waits::Share(std::vector<std::unique_ptr<ToolCall>> calls, Expected<void> outcome, std::string result) {
  shared_.push_back({std::move(calls), std::move(outcome), std::move(result)});
  share_->Set(0);
}

void Waits::AnswerShared() {
  const std::int64_t began_ns = services_.clock.SteadyNs();
  std::deque<Shared> put_off;
  while (!shared_.empty()) {
    Shared& shared = shared_.front();
    std::vector<std::unique_ptr<ToolCall>> choked;
    for (; !shared.calls.empty(); shared.calls.pop_back()) {
      if (services_.clock.SteadyNs() - began_ns > kSliceNs) break;
      std::unique_ptr<ToolCall>& call = shared.calls.back();
      const ServerSession* const session = call->session();
      // A client that does not take its answers gets them when it does.
      if (session != nullptr && session->unsent() > limits::kOutputHighWater) {
        choked.push_back(std::move(call));
      } else {
        call->AnswerAs(shared.outcome, shared.result);
      }
    }
    const bool out_of_time = !shared.calls.empty();
    if (!choked.empty()) put_off.push_back({std::move(choked), shared.outcome, shared.result});
    if (out_of_time) break;
    shared_.pop_front();
  }
  if (!shared_.empty()) {
    share_->Set(0);
  } else if (!put_off.empty()) {
    share_->Set(kChokedMs);
  }
  shared_.insert(shared_.end(), std::make_move_iterator(put_off.begin()), std::make_move_iterator(put_off.end()));
}

void Waits::LookIfChanged() {
  if (!places_.empty() && services_.store.State() != looked_at_) LookSoon();
}

void Waits::OnTick() {
  const std::int64_t now_ns = services_.clock.SteadyNs();
  for (DropDeadlines(); !deadlines_.empty() && deadlines_.front().first <= now_ns; DropDeadlines()) {
    Take(*deadlines_.front().second)->GiveUp();
  }
  if (places_.empty()) return;
  // Who may have what is ready can change while what is ready does not: some of each line try again.
  // When nothing else has changed, only by time (an agent's pause ends), which need not be seen at once.
  const store::Stamp state = services_.store.State();
  if (!state.known() || state != ticked_at_ || ++quiet_ticks_ >= kQuietTicks) {
    quiet_ticks_ = 0;
    for (auto& [thing, line] : lines_) line.untried = std::max(line.untried, limits::kMaxWoken);
  }
  ticked_at_ = state;
  tick_ns_ = 0;
  by_clock_ = true;
  LookSoon();
  SetTick();
}

void Waits::PushDeadline(std::int64_t ns, const ToolCall* call) {
  constexpr std::size_t kFew = 64;
  if (deadlines_.size() >= 2 * places_.size() + kFew) {
    std::erase_if(deadlines_, [this](const Deadline& deadline) { return !Holds(deadline); });
    // A call that was run again and again has left the same one each time. What is sorted is a heap.
    std::ranges::sort(deadlines_);
    const auto [again, end] = std::ranges::unique(deadlines_);
    deadlines_.erase(again, end);
  }
  deadlines_.emplace_back(ns, call);
  std::ranges::push_heap(deadlines_, std::greater());
}

bool Waits::Holds(const Deadline& deadline) const {
  const auto place = places_.find(deadline.second);
  return place != places_.end() && place->second.deadline_ns == deadline.first;
}

void Waits::DropDeadlines() {
  while (!deadlines_.empty() && !Holds(deadlines_.front())) {
    std::ranges::pop_heap(deadlines_, std::greater());
    deadlines_.pop_back();
  }
}

void Waits::SetTick() {
  const std::int64_t now_ns = services_.clock.SteadyNs();
  const std::int64_t at_ns = std::min(deadlines_.front().first, now_ns + limits::kWaitPollMs * kNsPerMs);
  if (tick_ns_ != 0 && tick_ns_ <= at_ns) return;
  tick_ns_ = at_ns;
  tick_->Set(std::max<std::int64_t>(1, (at_ns - now_ns + kNsPerMs - 1) / kNsPerMs));
}

void Waits::StopIfIdle() {
  if (!places_.empty()) return;
  watch_.Stop();
  tick_->Stop();
  tick_ns_ = 0;
  deadlines_ = {};
}

void Waits::DropIfUnused(Lines::iterator line) {
  // While some of its calls run, what it knows is needed when they come back.
  if (line->second.calls.empty() && line->second.running == 0) lines_.erase(line);
}

}  // namespace skep::mcp
