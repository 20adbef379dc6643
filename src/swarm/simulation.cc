#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "swarm/agent.h"
#include "swarm/simulation_random.h"
#include "swarm/simulation_run.h"
#include "swarm/stored_enum.h"

namespace skep::swarm {
namespace {

constexpr std::int64_t kFirstWallMs = 1'700'000'000'000;
/// How long an agent without work waits at most before it asks again.
constexpr std::int64_t kMaxPollUs = 300'000'000;
/// Agents of a small swarm: all who wait look again when something has become ready.
constexpr std::int64_t kSmall = 32;
/// Nothing that is played takes longer without any task being claimed or ended: then nothing ever will be.
constexpr std::int64_t kStuckUs = 4LL * 3600 * 1'000'000;
/// Work that takes longer than this is reported on in between.
constexpr std::int64_t kProgressUs = limits::kClaimMs * 1000 / 3;

}  // namespace

Moment Simulation::Now() const { return {.wall_ms = kFirstWallMs + now_us_ / 1000, .boot_ms = 1 + now_us_ / 1000}; }

Expected<SimulationResult> Simulation::Run() {
  store_.Begin();
  if (auto made = SetUp(); !made) return std::unexpected(std::move(made.error()));
  while (Good() && !Done()) {
    if (agenda_.empty() || now_us_ - moved_us_ > kStuckUs) {
      model_.Stuck(database_);
      break;
    }
    const Event event = agenda_.Take();
    if (event.what >= What::kAsk && event.generation != workers_[event.worker].generation) continue;
    // One call after the other: the store has one writer.
    now_us_ = std::max({now_us_, event.at_us, free_us_});
    queued_us_ = now_us_ - event.at_us;
    Play(event);
  }
  if (Good()) model_.CheckCounts(database_, swarm_);
  if (Good() && model_.unfinished() == 0) model_.CheckEnd(database_);
  store_.Commit();
  if (database_.error()) return std::unexpected(*database_.error());
  if (Stopped()) return Fail(ErrorCode::kUnavailable, "the simulation was stopped before its end");
  if (!model_.violation().empty()) {
    return Fail(ErrorCode::kInternal,
                fmt::format("{} topology, seed {}, call {}, at {} s: {}", NameOf(options_.topology), options_.seed,
                            store_.calls(), now_us_ / kSecond, model_.violation()));
  }
  return Finish();
}

bool Simulation::Done() const {
  if (options_.most_claims > 0 && result_.claims >= options_.most_claims) return true;
  return !work_.more() && model_.unfinished() == 0;
}

void Simulation::Play(const Event& event) {
  switch (event.what) {
    case What::kMake:
      return MakeTasks();
    case What::kWake:
      return Wake(1);
    case What::kCancel:
      return Cancel(event.task);
    case What::kHold:
      return HoldStore();
    case What::kGhost:
      SendReport(event, Report::kSucceeded);
      return;
    case What::kAsk:
      return AskForWork(event.worker);
    case What::kReport:
      return EndWork(event);
    case What::kProgress:
      SendReport(event, Report::kProgress);
      return KeepWorking(event);
    case What::kLate:
      SendReport(event, Report::kSucceeded);
      return Ask(event.worker, free_us_);
    case What::kCrash:
      return Crash(workers_[event.worker].session);
    case What::kReturn:
      workers_[event.worker].alive = true;
      return Ask(event.worker, now_us_);
  }
}

void Simulation::Push(std::int64_t at_us, Event event) {
  if (event.worker != kNobody) event.generation = workers_[event.worker].generation;
  agenda_.Add(at_us, event);
}

void Simulation::Ask(std::size_t worker, std::int64_t at_us) {
  ++workers_[worker].generation;
  Push(at_us, {.what = What::kAsk, .worker = worker});
}

void Simulation::Wake(std::int64_t count) {
  if (count > 0 && options_.agents <= kSmall) count = kSmall;
  for (; count > 0 && !waiting_.empty(); waiting_.pop_front()) {
    const auto [worker, generation] = waiting_.front();
    if (workers_[worker].generation != generation) continue;
    Ask(worker, now_us_);
    --count;
  }
}

void Simulation::Call(std::int64_t held_us, std::int64_t operations) {
  const std::int64_t commit_us = options_.call_us / 2 + options_.plant.commit_us;
  const std::int64_t run_us = options_.call_us - options_.call_us / 2 + held_us;
  free_us_ = now_us_ + run_us + commit_us;
  if (options_.on_call) {
    options_.on_call({.at_ms = Now().wall_ms,
                      .queue_us = std::exchange(queued_us_, 0),
                      .run_us = run_us,
                      .commit_us = commit_us,
                      .operations = operations});
  }
  if (store_.calls() % options_.check_every == 0) model_.CheckCounts(database_, swarm_);
  store_.Call();
}

void Simulation::Log(What what, std::int64_t agent, std::int64_t task, std::int64_t epoch) {
  result_.hash = Random{result_.hash,
                        static_cast<std::uint64_t>(now_us_),
                        static_cast<std::uint64_t>(what),
                        static_cast<std::uint64_t>(agent),
                        static_cast<std::uint64_t>(task),
                        static_cast<std::uint64_t>(epoch)}
                     .Next();
}

void Simulation::MakeTasks() {
  const std::int64_t before = model_.made();
  do {
    Call();
    // Read anew, as the tool does.
    const auto swarm = FindSwarm(database_, swarm_.id());
    const auto made = work_.Make(database_, swarm ? *swarm : swarm_, model_, Now());
    store_.Answered(result_.making);
    if (!made) return model_.Violate("tasks were refused: " + made.error().message);
  } while (work_.more() && options_.arrive_s <= 0 && Good());
  for (std::int64_t task = before + 1; task <= model_.made(); ++task) {
    Random random{options_.seed, 4, static_cast<std::uint64_t>(task)};
    if (!random.Chance(options_.cancel_rate)) continue;
    const auto within_us = static_cast<std::int64_t>(options_.task_s * 20) * kSecond;
    Push(now_us_ + random.Below(within_us), {.what = What::kCancel, .task = task});
  }
  Log(What::kMake, 0, model_.made(), 0);
  moved_us_ = now_us_;
  Wake(model_.made() - before);
  if (work_.more()) Push(now_us_ + work_.gap_us(), {.what = What::kMake});
}

Expected<Claim> Simulation::MakeClaim(const Worker& worker) {
  auto agent = FindAgent(database_, swarm_, worker.id);
  if (!agent) return std::unexpected(std::move(agent.error()));
  auto swarm = FindSwarm(database_, agent->swarm_id());
  if (!swarm) return std::unexpected(std::move(swarm.error()));
  if (auto bound = BindAgent(database_, *swarm, *agent, SessionOf(worker.session), Now().wall_ms); !bound) {
    return std::unexpected(std::move(bound.error()));
  }
  Adapt(database_, *swarm, Now().wall_ms);
  return ClaimTask(database_, *swarm, *agent, {}, Now());
}

void Simulation::AskForWork(std::size_t index) {
  Worker& worker = workers_[index];
  // It waits no more, if it did.
  ++worker.generation;
  Call();
  auto claim = MakeClaim(worker);
  if (!claim) return model_.Violate(fmt::format("{} may not claim: {}", worker.id, claim.error().message));
  store_.Answered(claim->task ? result_.claiming : result_.finding_nothing);
  model_.MoveDue(Now());
  Log(What::kAsk, worker.number, claim->task ? claim->task->number : 0, claim->task ? claim->task->epoch : 0);
  if (!claim->task) {
    ++result_.empty_claims;
    model_.NotClaimed(worker.number);
    waiting_.emplace_back(index, worker.generation);
    Push(now_us_ + worker.poll_us, {.what = What::kAsk, .worker = index});
    worker.poll_us = std::min(worker.poll_us * 2, kMaxPollUs);
    return;
  }
  const Task task = *claim->task;
  model_.Claimed(worker.number, claim->resumed, task, Now());
  if (!Good()) return;
  if (claim->resumed) return model_.Violate(worker.id + " was given what it had ended");
  model_.CheckTask(database_, task.number);
  ++result_.claims;
  moved_us_ = now_us_;
  worker.poll_us = kPollUs;
  worker.task = task.number;
  worker.epoch = task.epoch;
  worker.since_us = free_us_;
  SimulatedAgent& record = result_.agents[index];
  const Source source = task.queue == worker.number   ? Source::kOwn
                        : task.queue == 0             ? Source::kSwarm
                        : task.queue == record.parent ? Source::kLead
                                                      : Source::kPeer;
  ++record.claims[static_cast<std::size_t>(source)];
  if (Lost(worker, 1)) AskAgain(worker);
  Begin(index, task);
}

void Simulation::Begin(std::size_t index, const Task& task) {
  const Worker& worker = workers_[index];
  Random random{options_.seed, 5, static_cast<std::uint64_t>(task.number), static_cast<std::uint64_t>(task.epoch)};
  const double seconds = Workload::Seconds(options_, task.number) / static_cast<double>(task.stages) / worker.speed;
  const auto takes_us = static_cast<std::int64_t>(seconds * kSecond);
  Event event{.worker = index, .task = task.number, .epoch = task.epoch, .until_us = free_us_ + takes_us};
  const double fate = random.Unit();
  if (fate < options_.crash_rate) {
    event.what = What::kCrash;
    return Push(free_us_ + random.Below(std::min(takes_us, kProgressUs)), event);
  }
  if (fate < options_.crash_rate + options_.stall_rate) {
    ++result_.stalls;
    event.what = What::kLate;
    return Push(now_us_ + limits::kClaimMs * 1000 + random.Below(kAwayUs), event);
  }
  if (!WantsFile(task.number)) return KeepWorking(event);
  SeekFile({.work = event, .takes_us = takes_us, .since_us = free_us_, .generation = worker.generation});
}

void Simulation::KeepWorking(Event event) {
  const bool long_way = event.until_us - now_us_ > kProgressUs;
  event.what = long_way ? What::kProgress : What::kReport;
  Push(long_way ? now_us_ + kProgressUs : event.until_us, event);
}

void Simulation::EndWork(const Event& event) {
  Worker& worker = workers_[event.worker];
  SimulatedAgent& record = result_.agents[event.worker];
  const bool fails =
      Random{options_.seed, 6, static_cast<std::uint64_t>(event.task), static_cast<std::uint64_t>(event.epoch)}.Chance(
          options_.failure_rate);
  if (SendReport(event, fails ? Report::kFailed : Report::kSucceeded)) {
    ++(fails ? record.failed : record.succeeded);
    record.busy_s += static_cast<double>(now_us_ - worker.since_us) / kSecond;
    // The answer was lost, and the work reported a second time.
    if (Lost(worker, 2)) SendReport(event, Report::kSucceeded);
  }
  worker.task = 0;
  LeaveFile(event.worker);
  Ask(event.worker, free_us_);
}

bool Simulation::SendReport(const Event& event, Report report) {
  const Worker& worker = workers_[event.worker];
  const bool accepted = model_.Accepts(worker.number, event.task, event.epoch, Now());
  // Who reports a success once more is told so once more, and nothing changes.
  const bool again = report == Report::kSucceeded && model_.HasSucceeded(event.task, event.epoch);
  const std::string result = Model::Result(event.task, worker.number, event.epoch);
  UpdateRequest request{.task = event.task, .epoch = event.epoch, .report = report};
  if (report == Report::kSucceeded) request.result = result;
  Call();
  // What is to be accepted costs no savepoint: it is measured.
  if (!accepted) store_.Mark();
  const auto updated = UpdateTask(database_, request, Now());
  if (!accepted) updated ? store_.Keep() : store_.Undo();
  Log(What::kReport, worker.number, event.task, updated ? event.epoch : 0);
  if (updated.has_value() != (accepted || again)) {
    model_.Violate(fmt::format("{} of {} at epoch {} by {} was {}: {}", NameOf(report), TaskId(event.task), event.epoch,
                               worker.id, updated ? "accepted" : "refused", updated ? "" : updated.error().message));
    return false;
  }
  if (!updated) {
    ++result_.refused;
    if (updated.error().code != ErrorCode::kConflict) model_.Violate(updated.error().message);
    return false;
  }
  store_.Answered(result_.reporting);
  model_.MoveDue(Now());
  if (again) {
    model_.CheckTask(database_, event.task);
    return false;
  }
  switch (report) {
    case Report::kSucceeded:
      model_.Succeeded(event.task);
      Wake(updated->now_ready);
      break;
    case Report::kFailed:
      model_.Failed(event.task, Now());
      if (!IsFinished(updated->task.state)) {
        const std::int64_t wait_ms = updated->task.not_before_ms - Now().wall_ms;
        Push(now_us_ + (wait_ms + 1) * 1000, {.what = What::kWake});
      }
      break;
    default:
      model_.Progressed(event.task, Now());
      break;
  }
  model_.CheckTask(database_, event.task);
  moved_us_ = now_us_;
  if (result_.most_s == 0 && (model_.made() - model_.unfinished()) * 10 >= options_.tasks * 9) {
    result_.most_s = static_cast<double>(now_us_) / kSecond;
  }
  return true;
}

Expected<SimulationResult> Simulate(store::Database& database, const SimulationOptions& options) {
  return Simulation(database, options).Run();
}

}  // namespace skep::swarm
