#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "swarm/agent.h"
#include "swarm/session.h"
#include "swarm/simulation_random.h"
#include "swarm/simulation_run.h"

namespace skep::swarm {

Expected<void> Simulation::SetUp() {
  auto swarm = CreateSwarm(
      database_, {.topology = options_.topology, .max_agents = options_.agents, .name = "simulated", .objective = {}},
      Now().wall_ms);
  if (!swarm) return std::unexpected(std::move(swarm.error()));
  swarm_ = *std::move(swarm);
  process_ = OpenProcess(database_, "simulated", 1, 1, Now());
  const auto count = static_cast<std::size_t>(options_.agents);
  sessions_.resize((count + kPerSession - 1) / kPerSession);
  auto crew = SpawnCrew(database_, swarm_, options_, [&](std::size_t i) { return SessionOf(i / kPerSession); }, Now());
  if (!crew) return std::unexpected(std::move(crew.error()));
  const auto kinds = static_cast<std::size_t>(std::max<std::int64_t>(options_.capabilities, 1));
  double speeds = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Agent& agent = (*crew)[i];
    // One of each capability comes back whatever happens, or its tasks could never end.
    const bool returns = count < kinds * (kinds + 1) || i % (kinds + 1) == 0 || Random{options_.seed, 2, i}.Chance(0.7);
    workers_.push_back({.number = agent.number,
                        .id = agent.id(),
                        .session = i / kPerSession,
                        .speed = Random{options_.seed, 1, i}.LogNormal(options_.speed_sigma),
                        .returns = returns});
    result_.agents.push_back({.number = agent.number, .name = agent.name, .parent = agent.parent.value_or(0)});
    speeds += workers_.back().speed;
  }
  for (std::size_t i = 0; i < count; ++i) {
    workers_[i].speed *= static_cast<double>(count) / speeds;
    if (i + 1 == count) workers_[i].speed /= options_.plant.slow_agent;
    result_.agents[i].speed = workers_[i].speed;
  }
  MakeTasks();
  for (std::size_t i = 0; i < count; ++i) Ask(i, now_us_);
  if (options_.plant.hold_us > 0) Push(now_us_ + options_.plant.hold_every_us, {.what = What::kHold});
  return {};
}

std::int64_t Simulation::SessionOf(std::size_t session) {
  if (sessions_[session] == 0) sessions_[session] = OpenSession(database_, process_, ++serial_, {}, Now());
  return sessions_[session];
}

SimulationResult Simulation::Finish() {
  result_.calls = store_.calls();
  result_.tasks = CountTasks(database_, swarm_);
  result_.changes = TopologyChanges(database_, swarm_, limits::kMaxPage);
  result_.virtual_s = static_cast<double>(moved_us_) / kSecond;
  double busy_s = 0;
  for (const SimulatedAgent& agent : result_.agents) busy_s += agent.busy_s;
  if (moved_us_ > 0) result_.utilisation = busy_s / result_.virtual_s / static_cast<double>(options_.agents);
  return std::move(result_);
}

}  // namespace skep::swarm
