#include "metrics/replay.h"

#include <algorithm>

namespace skep::metrics {
namespace {

using swarm::Topology;

constexpr std::uint32_t kNobody = WorkGraph::kNobody;
/// The swarm's own queue.
constexpr std::uint32_t kSwarm = 0;

}  // namespace

Replay::Replay(const WorkGraph& graph, Scenario scenario)
    : graph_(graph),
      scenario_(std::move(scenario)),
      wiring_(scenario_.routed ? graph.wiring : Topology::kStar),
      start_ms_(graph.from_ms()) {
  GatherAgents();
  GatherTasks();
}

void Replay::GatherAgents() {
  const auto count = static_cast<std::uint32_t>(graph_.agents.size());
  agents_.resize(std::size_t{count} * scenario_.copies);
  queues_.resize(agents_.size() + 1);
  idle_.resize(graph_.capabilities.size());
  for (std::uint32_t i = 0; i < agents_.size(); ++i) {
    const WorkGraph::Agent& was = graph_.agents[Base(i)];
    Agent& agent = agents_[i];
    agent.works = was.works;
    agent.lead = was.lead;
    if (i < count) {
      agent.next_piece = was.first_piece;
      agent.last_piece = was.first_piece + was.pieces;
    }
    if (was.lead != kNobody) agents_[was.lead].team.push_back(i);
    const bool usual = Base(i) == scenario_.as_usual || scenario_.slowness.empty();
    agent.slowness = usual ? 1 : scenario_.slowness[Base(i)];
    if (was.lead != kNobody && agents_[was.lead].team.size() == 1) leads_.push_back(was.lead);
    At(std::max<std::int64_t>((was.from_ms - start_ms_) * 1000, 0), What::kComes, i);
    if (was.to_ms > 0) At(std::max<std::int64_t>((was.to_ms - start_ms_) * 1000, 0), What::kGoes, i);
  }
}

void Replay::GatherTasks() {
  tasks_.resize(graph_.tasks.size());
  if (scenario_.chains) chains_.resize(tasks_.size());
  result_.waited_us.resize(tasks_.size());
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    // A whole ends with its parts even where nothing else waits for anything.
    if (scenario_.dependencies || graph_.tasks[i].pieces == 0) tasks_[i].needs = graph_.tasks[i].needs;
    tasks_[i].piece = graph_.tasks[i].first_piece;
  }
  // Whoever makes them makes one call after the other.
  made_us_.reserve(tasks_.size());
  std::int64_t was_us = 0;
  std::int64_t at_us = 0;
  for (const std::uint32_t task : graph_.by_arrival) {
    const std::int64_t made_us = (graph_.tasks[task].made_ms - start_ms_) * 1000;
    at_us += std::max<std::int64_t>(made_us - was_us - (made_us > was_us ? scenario_.sooner_us : 0), 0);
    was_us = made_us;
    made_us_.push_back(at_us);
  }
}

bool Replay::Can(std::uint32_t agent, std::uint32_t capability) const {
  if (capability == 0 || capability == scenario_.for_all) return true;
  return std::ranges::find(graph_.agents[Base(agent)].capabilities, capability) !=
         graph_.agents[Base(agent)].capabilities.end();
}

double Replay::done() const {
  return tasks_.empty() ? 1 : static_cast<double>(ended_) / static_cast<double>(tasks_.size());
}

std::int64_t Replay::NextUs() const {
  const std::int64_t event = events_.empty() ? INT64_MAX : events_.top().at_us;
  return arrived_ == made_us_.size() ? event : std::min(event, made_us_[arrived_]);
}

bool Replay::Play(std::int64_t events) {
  for (; events > 0 && ended_ < tasks_.size(); --events) {
    const std::int64_t next = NextUs();
    if (next == INT64_MAX && !Revive()) break;
    if (next == INT64_MAX) continue;
    Advance(next);
    // Agents first: to whom work is given depends on who is there.
    while (!events_.empty() && events_.top().at_us == now_us_) {
      const Event event = events_.top();
      events_.pop();
      Happen(event);
      --events;
    }
    const std::size_t before = arrived_;
    MakeTasks();
    events -= static_cast<std::int64_t>(arrived_ - before);
    Dispatch();
  }
  if (ended_ < tasks_.size() && events <= 0) return true;
  result_.unplayed = tasks_.size() - ended_;
  result_.open_s = static_cast<double>(open_us_) / 1e6;
  result_.worked_s = static_cast<double>(worked_us_) / 1e6;
  result_.there_s = static_cast<double>(there_us_) / 1e6;
  result_.chain_s = static_cast<double>(longest_us_) / 1e6;
  result_.chain.clear();
  for (std::uint32_t task = longest_; task != kNobody; task = chains_[task].before) result_.chain.push_back(task);
  std::ranges::reverse(result_.chain);
  return false;
}

void Replay::Advance(std::int64_t to_us) {
  if (open_ > 0) {
    open_us_ += to_us - now_us_;
    there_us_ += (to_us - now_us_) * there_;
  }
  now_us_ = to_us;
}

void Replay::MakeTasks() {
  while (arrived_ < made_us_.size() && made_us_[arrived_] <= now_us_) {
    const std::uint32_t task = graph_.by_arrival[arrived_++];
    ++open_;
    tasks_[task].made = true;
    if (tasks_[task].needs == 0) MakeReady(task);
  }
}

void Replay::Happen(const Event& event) {
  Agent* const agent = event.what == What::kAgain ? nullptr : &agents_[event.who];
  switch (event.what) {
    case What::kComes:
      ComeOrGo(event.who, true);
      break;
    case What::kGoes:
      if (revived_) break;
      if (agent->task == kNobody) {
        ComeOrGo(event.who, false);
      } else {
        agent->leaving = true;
      }
      break;
    case What::kEnds: {
      const std::uint32_t task = agent->task;
      Task& state = tasks_[task];
      const WorkGraph::Piece& piece = graph_.pieces[state.piece];
      state.last = event.who;
      --agent->load;
      ++state.piece;
      SkipWasted(task);
      if (state.piece == graph_.tasks[task].first_piece + graph_.tasks[task].pieces) {
        End(task);
      } else if (piece.pause_ms > 0) {
        At(now_us_ + piece.pause_ms * 1000, What::kAgain, task);
      } else {
        MakeReady(task);
      }
      agent->task = kNobody;
      At(now_us_ + scenario_.between_us, What::kFree, event.who);
      break;
    }
    case What::kFree:
      if (agent->leaving) {
        agent->leaving = false;
        ComeOrGo(event.who, false);
      } else if (agent->there) {
        fresh_agents_.push_back(event.who);
      }
      break;
    case What::kAgain:
      MakeReady(event.who);
      break;
  }
}

void Replay::ComeOrGo(std::uint32_t number, bool there) {
  Agent& agent = agents_[number];
  if (agent.there == there) return;
  agent.there = there;
  agent.idle = false;
  if (agent.works) there_ += there ? 1 : -1;
  if (agent.works && there) fresh_agents_.push_back(number);
  if (agent.lead == kNobody) return;
  Agent& lead = agents_[agent.lead];
  lead.team_can.clear();
  for (const std::uint32_t member : lead.team) {
    if (!agents_[member].there || !agents_[member].works) continue;
    const auto& capabilities = graph_.agents[Base(member)].capabilities;
    lead.team_can.push_back(0);
    lead.team_can.insert(lead.team_can.end(), capabilities.begin(), capabilities.end());
    if (scenario_.for_all != 0) lead.team_can.push_back(scenario_.for_all);
  }
  std::ranges::sort(lead.team_can);
  lead.team_can.erase(std::ranges::unique(lead.team_can).begin(), lead.team_can.end());
}

/// Whoever could do what is left has gone: it is played as if they had stayed, or it would never end.
bool Replay::Revive() {
  if (revived_) return false;
  revived_ = true;
  for (std::uint32_t i = 0; i < agents_.size(); ++i) {
    if (agents_[i].there) continue;
    ComeOrGo(i, true);
  }
  Dispatch();
  return !events_.empty();
}

void Replay::SkipWasted(std::uint32_t task) {
  const WorkGraph::Task& was = graph_.tasks[task];
  if (scenario_.retries) return;
  Task& state = tasks_[task];
  while (state.piece < was.first_piece + was.pieces && graph_.pieces[state.piece].wasted) ++state.piece;
}

void Replay::MakeReady(std::uint32_t task) {
  const WorkGraph::Task& was = graph_.tasks[task];
  Task& state = tasks_[task];
  SkipWasted(task);
  if (state.piece == was.first_piece + was.pieces) return End(task);
  state.ready_us = now_us_;
  state.waits = true;
  state.begun = false;
  state.queue = ChooseQueue(state, was.capability);
  Queue& to = queues_[state.queue];
  auto kind = std::ranges::find(to.tasks, was.capability, [](const auto& one) { return one.first; });
  if (kind == to.tasks.end()) kind = to.tasks.emplace(to.tasks.end(), was.capability, Queue::Tasks());
  kind->second.push({RankOf(task), task});
  ++to.count;
  if (state.queue != kSwarm) ++agents_[state.queue - 1].load;
  fresh_tasks_.push_back(task);
}

void Replay::End(std::uint32_t first) {
  std::vector<std::uint32_t> ending = {first};
  while (!ending.empty()) {
    const std::uint32_t task = ending.back();
    ending.pop_back();
    const WorkGraph::Task& was = graph_.tasks[task];
    ++ended_;
    --open_;
    if (!chains_.empty()) Lengthen(task);
    for (std::uint32_t i = 0; i < was.dependants; ++i) {
      const std::uint32_t other = graph_.dependants[was.first_dependant + i];
      Task& waiting = tasks_[other];
      if (waiting.needs == 0 || --waiting.needs > 0 || !waiting.made) continue;
      if (graph_.tasks[other].pieces == 0) {
        ending.push_back(other);
      } else {
        MakeReady(other);
      }
    }
  }
}

void Replay::Lengthen(std::uint32_t task) {
  const std::int64_t chain_us = chains_[task].before_us + chains_[task].worked_us;
  if (chain_us > longest_us_) {
    longest_us_ = chain_us;
    longest_ = task;
  }
  const WorkGraph::Task& was = graph_.tasks[task];
  for (std::uint32_t i = 0; i < was.dependants; ++i) {
    Chain& after = chains_[graph_.dependants[was.first_dependant + i]];
    if (chain_us <= after.before_us) continue;
    after.before_us = chain_us;
    after.before = task;
  }
}

void Replay::Dispatch() {
  // Whoever took something then, and can, takes it; then those who have become free take what they like best; then what
  // is left finds whom it may.
  const std::vector<std::uint32_t> fresh = std::exchange(fresh_agents_, {});
  const auto free = [&](std::uint32_t agent) { return agents_[agent].there && agents_[agent].task == kNobody; };
  for (const std::uint32_t task : fresh_tasks_) {
    const std::uint32_t agent = graph_.pieces[tasks_[task].piece].agent;
    if (agent == kNobody || !free(agent) || TookThen(agent) != task) continue;
    if (agents_[agent].idle || std::ranges::find(fresh, agent) != fresh.end()) Begin(agent, task);
  }
  for (const std::uint32_t agent : fresh) {
    if (!free(agent)) continue;
    if (const std::uint32_t task = TookThen(agent); task != kNobody) Begin(agent, task);
  }
  for (const std::uint32_t agent : fresh) {
    if (free(agent) && !agents_[agent].idle) Take(agent);
  }
  for (const std::uint32_t task : fresh_tasks_) OfferTo(task);
  fresh_tasks_.clear();
}

}  // namespace skep::metrics
