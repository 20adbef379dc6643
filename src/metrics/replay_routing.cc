// Who gets what in a replay: the rules of swarm/routing.h, over memory instead of a database.
#include <algorithm>

#include "metrics/replay.h"

namespace skep::metrics {
namespace {

using swarm::Topology;

constexpr std::uint32_t kNobody = WorkGraph::kNobody;
/// The swarm's own queue; an agent's is the one after its place.
constexpr std::uint32_t kSwarm = 0;

constexpr std::uint32_t QueueOf(std::uint32_t agent) { return agent + 1; }

}  // namespace

std::uint32_t Replay::ChooseQueue(const Task& state, std::uint32_t capability) {
  switch (wiring_) {
    case Topology::kMesh: {
      std::uint32_t least = kNobody;
      for (std::uint32_t i = 0; i < agents_.size(); ++i) {
        if (!agents_[i].there || !agents_[i].works || !Can(i, capability)) continue;
        if (least == kNobody || agents_[i].load < agents_[least].load) least = i;
      }
      return least == kNobody ? kSwarm : QueueOf(least);
    }
    case Topology::kHierarchical: {
      const std::uint32_t lead = ChooseLead(capability);
      return lead == kNobody ? kSwarm : QueueOf(lead);
    }
    case Topology::kRing: {
      const std::uint32_t next = NextInRing(state.last == kNobody ? kNobody : state.last, capability);
      return next == kNobody ? kSwarm : QueueOf(next);
    }
    default:
      return kSwarm;
  }
}

std::uint32_t Replay::ChooseLead(std::uint32_t capability) {
  std::uint32_t least = kNobody;
  for (const std::uint32_t lead : leads_) {
    const Agent& agent = agents_[lead];
    if (!agent.there || (least != kNobody && agent.load >= agents_[least].load)) continue;
    if (HasTaker(QueueOf(lead), capability)) least = lead;
  }
  if (least != kNobody) return least;
  const std::uint32_t capable = NextInRing(kNobody, capability);
  return capable == kNobody || agents_[capable].lead == kNobody ? capable : agents_[capable].lead;
}

std::uint32_t Replay::NextInRing(std::uint32_t after, std::uint32_t capability) const {
  const auto count = static_cast<std::uint32_t>(agents_.size());
  for (std::uint32_t step = 1; step <= count; ++step) {
    const std::uint32_t agent = after == kNobody ? step - 1 : (after + step) % count;
    if (agents_[agent].there && agents_[agent].works && Can(agent, capability)) return agent;
  }
  return kNobody;
}

bool Replay::MayTake(std::uint32_t agent, const Task& state, std::uint32_t capability) const {
  if (wiring_ == Topology::kStar || wiring_ == Topology::kMesh || state.queue == QueueOf(agent)) return true;
  const std::uint32_t lead = agents_[agent].lead;
  if (state.queue == kSwarm)
    return capability != 0 || wiring_ == Topology::kRing || lead == kNobody || !agents_[lead].there;
  if (wiring_ == Topology::kHierarchical && lead != kNobody && state.queue == QueueOf(lead)) return true;
  return !HasTaker(state.queue, capability);
}

bool Replay::HasTaker(std::uint32_t queue, std::uint32_t capability) const {
  const Agent& agent = agents_[queue - 1];
  if (agent.there && agent.works && Can(queue - 1, capability)) return true;
  return wiring_ == Topology::kHierarchical && std::ranges::binary_search(agent.team_can, capability);
}

void Replay::Look(std::uint32_t agent, std::uint32_t queue, Waiting& best) {
  Queue& in = queues_[queue];
  if (in.count == 0) return;
  for (auto& [capability, tasks] : in.tasks) {
    const auto taken = [&](const Waiting& first) {
      const Task& state = tasks_[first.task];
      return !state.waits || state.queue != queue || RankOf(first.task) != first.rank;
    };
    while (!tasks.empty() && taken(tasks.top())) tasks.pop();
    if (!tasks.empty() && best > tasks.top() && Can(agent, capability)) best = tasks.top();
  }
}

void Replay::LookForOrphans(std::uint32_t agent, Waiting& best) {
  for (std::uint32_t queue = 0; queue < queues_.size(); ++queue) {
    Waiting other = kNothing;
    Look(agent, queue, other);
    if (other.task == kNobody || !(best > other)) continue;
    const std::uint32_t capability = graph_.tasks[other.task].capability;
    if (queue == kSwarm ? capability != 0 : !HasTaker(queue, capability)) best = other;
  }
}

std::uint32_t Replay::TookThen(std::uint32_t number) {
  Agent& agent = agents_[number];
  for (; agent.next_piece < agent.last_piece; ++agent.next_piece) {
    const std::uint32_t piece = graph_.by_agent[agent.next_piece];
    const std::uint32_t task = graph_.pieces[piece].task;
    const Task& state = tasks_[task];
    // Somebody else has done it meanwhile.
    if (state.piece > piece || (state.piece == piece && state.begun)) continue;
    if (state.piece != piece || !state.waits) return kNobody;
    // Where all is ready at once, it may have been given to others.
    if (!scenario_.dependencies && !MayTake(number, state, graph_.tasks[task].capability)) return kNobody;
    return task;
  }
  return kNobody;
}

bool Replay::Take(std::uint32_t agent) {
  Waiting best = kNothing;
  const auto found = [&] { return best.task != kNobody; };
  best.task = TookThen(agent);
  if (!found()) {
    Look(agent, QueueOf(agent), best);
    if (wiring_ == Topology::kHierarchical) {
      const std::uint32_t lead = agents_[agent].lead;
      if (lead != kNobody) Look(agent, QueueOf(lead), best);
      if (lead == kNobody || !agents_[lead].there) Look(agent, kSwarm, best);
    } else if (wiring_ == Topology::kStar || !found()) {
      Look(agent, kSwarm, best);
    }
  }
  if (!found() && wiring_ == Topology::kMesh) {
    // From the longest queue that has something for it.
    std::int64_t longest = 0;
    for (std::uint32_t peer = 0; peer < agents_.size(); ++peer) {
      if (queues_[QueueOf(peer)].count <= longest) continue;
      Waiting other = kNothing;
      Look(agent, QueueOf(peer), other);
      if (other.task == kNobody) continue;
      best = other;
      longest = queues_[QueueOf(peer)].count;
    }
  } else if (!found() && wiring_ != Topology::kStar) {
    LookForOrphans(agent, best);
  }
  if (!found()) {
    BecomeIdle(agent);
    return false;
  }
  Begin(agent, best.task);
  return true;
}

void Replay::BecomeIdle(std::uint32_t number) {
  Agent& agent = agents_[number];
  // It keeps its place among those who wait.
  if (agent.idle) return;
  agent.idle = true;
  ++agent.idle_since;
  idle_[0].emplace_back(number, agent.idle_since);
  for (const std::uint32_t capability : graph_.agents[Base(number)].capabilities) {
    if (capability != scenario_.for_all) idle_[capability].emplace_back(number, agent.idle_since);
  }
}

/// Somebody idle takes a task that has become ready, if anybody may.
void Replay::OfferTo(std::uint32_t task) {
  if (!tasks_[task].waits) return;
  const std::uint32_t capability = graph_.tasks[task].capability;
  auto& waiting = idle_[capability == scenario_.for_all ? 0 : capability];
  std::vector<std::pair<std::uint32_t, std::uint32_t>> passed;
  while (!waiting.empty()) {
    const auto [agent, since] = waiting.front();
    waiting.pop_front();
    if (!agents_[agent].idle || agents_[agent].idle_since != since) continue;
    if (MayTake(agent, tasks_[task], capability) && Take(agent)) break;
    passed.emplace_back(agent, since);
  }
  for (; !passed.empty(); passed.pop_back()) waiting.push_front(passed.back());
}

void Replay::Begin(std::uint32_t number, std::uint32_t task) {
  Agent& agent = agents_[number];
  Task& state = tasks_[task];
  --queues_[state.queue].count;
  if (state.queue != kSwarm) --agents_[state.queue - 1].load;
  ++agent.load;
  agent.idle = false;
  agent.task = task;
  state.waits = false;
  state.begun = true;
  result_.waited_us[task] += now_us_ - state.ready_us;
  const std::int64_t takes_us = TakesUs(number, graph_.pieces[state.piece]);
  if (!chains_.empty()) chains_[task].worked_us += takes_us;
  worked_us_ += takes_us;
  At(now_us_ + takes_us, What::kEnds, number);
}

std::int64_t Replay::TakesUs(std::uint32_t agent, const WorkGraph::Piece& piece) const {
  const std::int64_t measured_us = (piece.end_ms - piece.begin_ms) * 1000;
  double took_us =
      std::max(static_cast<double>(measured_us) * scenario_.work - static_cast<double>(scenario_.less_us), 0.0);
  if (piece.agent != kNobody && !scenario_.slowness.empty()) {
    took_us *= agents_[agent].slowness / scenario_.slowness[piece.agent];
  }
  return static_cast<std::int64_t>(took_us);
}

}  // namespace skep::metrics
