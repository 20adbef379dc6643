#include "bench/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "swarm/agent.h"
#include "swarm/claim.h"
#include "swarm/swarm.h"
#include "swarm/task_graph.h"
#include "swarm/task_update.h"

namespace skep::bench {
namespace {

/// A moment to begin with: none of it depends on which.
constexpr Moment kBeginning{.wall_ms = 1'700'000'000'000, .boot_ms = 1'000'000};

Moment At(std::int64_t ms) { return {.wall_ms = kBeginning.wall_ms + ms, .boot_ms = kBeginning.boot_ms + ms}; }

/// The end of someone's work.
struct Done {
  std::int64_t at_ms = 0;
  std::size_t agent = 0;
  std::int64_t task = 0;
  std::int64_t epoch = 0;
  bool operator>(const Done& other) const { return std::pair(at_ms, agent) > std::pair(other.at_ms, other.agent); }
};

class Walker {
 public:
  Walker(store::Database& database, std::span<const Job> jobs) : database_(database), jobs_(jobs) {}

  Expected<void> SetUp(std::string_view topology, std::span<const Member> members);
  Expected<Walked> Go();

 private:
  Expected<void> ClaimAll();
  Expected<void> Report(const Done& done);

  store::Database& database_;
  const std::span<const Job> jobs_;
  swarm::Swarm swarm_;
  std::vector<swarm::Agent> agents_;
  std::vector<std::int64_t> tasks_;  ///< Numbers by place.
  std::vector<bool> idle_;
  std::priority_queue<Done, std::vector<Done>, std::greater<>> working_;
  std::int64_t now_ms_ = 0;
  Walked walked_;
};

Expected<void> Walker::SetUp(std::string_view topology, std::span<const Member> members) {
  const auto names = Names(swarm::Topology{});
  const auto kind = static_cast<swarm::Topology>(std::ranges::find(names, topology) - names.begin());
  auto swarm = swarm::CreateSwarm(
      database_,
      {.topology = kind, .max_agents = static_cast<std::int64_t>(members.size()), .name = {}, .objective = {}},
      At(0).wall_ms);
  if (!swarm) return std::unexpected(std::move(swarm.error()));
  swarm_ = *std::move(swarm);
  for (const Member& member : members) {
    const std::vector<std::string_view> capabilities(member.capabilities.begin(), member.capabilities.end());
    auto agent = swarm::SpawnAgent(
        database_, swarm_,
        {.type = member.type, .name = member.name, .capabilities = capabilities, .parent = member.parent},
        At(0).wall_ms);
    if (!agent) return std::unexpected(std::move(agent.error()));
    agents_.push_back(*std::move(agent));
  }
  idle_.assign(agents_.size(), true);
  for (const Job& job : jobs_) {
    std::vector<std::string> needs;
    for (const std::size_t need : job.needs) needs.push_back(swarm::TaskId(tasks_[need]));
    const std::vector<std::string_view> views(needs.begin(), needs.end());
    auto made = swarm::Orchestrate(database_, swarm_,
                                   {.title = job.title, .body = {}, .required = job.required, .dependencies = views},
                                   {}, swarm::Orchestration::kParallel, At(0));
    if (!made) return std::unexpected(std::move(made.error()));
    tasks_.push_back(made->task.number);
  }
  return {};
}

Expected<void> Walker::ClaimAll() {
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    if (!idle_[i]) continue;
    const auto agent = swarm::FindAgent(database_, swarm_, agents_[i].id());
    if (!agent) return std::unexpected(agent.error());
    const std::int64_t began_ns = SystemClock().SteadyNs();
    const auto claim = swarm::ClaimTask(database_, swarm_, *agent, std::nullopt, At(now_ms_));
    if (!claim) return std::unexpected(claim.error());
    walked_.claiming.Record(static_cast<std::uint64_t>(SystemClock().SteadyNs() - began_ns));
    if (!claim->task) continue;
    const auto place = static_cast<std::size_t>(std::ranges::find(tasks_, claim->task->number) - tasks_.begin());
    // In a ring each member has its stage of every task.
    const double work_s = jobs_[place].work_s / static_cast<double>(claim->task->stages);
    walked_.work_s += work_s;
    idle_[i] = false;
    working_.push({.at_ms = now_ms_ + std::llround(work_s * 1000),
                   .agent = i,
                   .task = claim->task->number,
                   .epoch = claim->task->epoch});
  }
  return {};
}

Expected<void> Walker::Report(const Done& done) {
  now_ms_ = done.at_ms;
  idle_[done.agent] = true;
  const auto updated = swarm::UpdateTask(
      database_, {.task = done.task, .epoch = done.epoch, .report = swarm::Report::kSucceeded}, At(now_ms_));
  if (!updated) return std::unexpected(updated.error());
  if (updated->task.state == swarm::TaskState::kSucceeded) ++walked_.finished;
  return {};
}

Expected<Walked> Walker::Go() {
  while (true) {
    if (auto claimed = ClaimAll(); !claimed) return std::unexpected(std::move(claimed.error()));
    if (working_.empty()) break;
    const Done done = working_.top();
    working_.pop();
    if (auto reported = Report(done); !reported) return std::unexpected(std::move(reported.error()));
  }
  if (walked_.finished != static_cast<std::int64_t>(jobs_.size())) {
    return Fail(ErrorCode::kInternal,
                fmt::format("nobody works any more, and {} of {} tasks are not done",
                            jobs_.size() - static_cast<std::size_t>(walked_.finished), jobs_.size()));
  }
  walked_.seconds = static_cast<double>(now_ms_) / 1000;
  return std::move(walked_);
}

}  // namespace

Expected<Walked> Walk(store::Database& database, std::string_view topology, std::span<const Member> members,
                      std::span<const Job> jobs) {
  Walker walker(database, jobs);
  if (auto set_up = walker.SetUp(topology, members); !set_up) return std::unexpected(std::move(set_up.error()));
  return walker.Go();
}

}  // namespace skep::bench
