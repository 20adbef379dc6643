#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/histogram.h"
#include "skep/error.h"
#include "store/database.h"
#include "swarm/adaptive.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

/// The real scheduler under a swarm that is played: agents of different speeds that fail, crash and stall, on a clock
/// of its own. Everything comes from the seed, so a run that goes wrong can be run again.
namespace skep::swarm {

/// One thing that slows a played swarm down. As it stands: nothing does.
struct Plant {
  double slow_agent = 1;           ///< The last agent takes so many times as long.
  std::int64_t chain = 0;          ///< Of the first so many tasks each needs the one before it.
  double file_rate = 0;            ///< Share of the tasks whose work takes the one file, which is leased meanwhile.
  double rare_rate = 0;            ///< Share of the tasks that take a capability which only the last agent has.
  std::int64_t commit_us = 0;      ///< The disk takes so much longer for each call.
  std::int64_t hold_us = 0;        ///< An operation now and then holds the store for so long…
  std::int64_t hold_every_us = 0;  ///< …and the next one follows so much later.
};
/// The file that tasks take: see Plant.
inline constexpr std::string_view kWantedFile = "src/everything.h";

/// What a server would measure of one call to its store.
struct SimulatedCall {
  std::int64_t at_ms = 0;  ///< Wall clock.
  std::int64_t queue_us = 0;
  std::int64_t run_us = 0;
  std::int64_t commit_us = 0;
  std::int64_t operations = 1;
};

struct SimulationOptions {
  std::int64_t agents = 100;
  std::int64_t tasks = 10'000;  ///< Those made of parts included.
  Topology topology = Topology::kMesh;
  std::uint64_t seed = 1;
  /// Chances at each claim: that the work fails, that the agent's session ends under it, that it is never heard of
  /// again before its time is over.
  double failure_rate = 0;
  double crash_rate = 0;
  double stall_rate = 0;
  double lost_rate = 0;           ///< That an answer is lost, and the call is made again.
  double cancel_rate = 0;         ///< Of the tasks: cancelled by someone at some time.
  double dependencies = 0;        ///< How many others a task needs, in the mean. 0: all are independent, and single.
  std::int64_t most_parts = 32;   ///< Of a task that has parts.
  bool wired = true;              ///< False: the same tasks and parts, but none needs another.
  std::int64_t capabilities = 0;  ///< Kinds of them: half of the tasks take one. 0: none does.
  double task_s = 30;             ///< How long a task takes, in the mean, and how much that differs (log-normal sigma).
  double task_sigma = 0.6;
  double speed_sigma = 0.4;  ///< How much agents' speeds differ. Their mean is exactly 1.
  double arrive_s = 0;       ///< Over how long tasks are made; 0: all at the beginning.
  /// How long the store works for one call, in µs; the others wait meanwhile.
  std::int64_t call_us = 100;
  std::int64_t check_every = 10'000;  ///< Calls between scans of all that must hold.
  std::int64_t most_claims = 0;       ///< It ends after so many; 0: when all tasks have ended.
  std::function<bool()> goes_on;      ///< Asked between calls; false ends it with kUnavailable. Empty: it goes on.
  const Clock* stopwatch = nullptr;   ///< For what calls really cost; null: not measured.
  Plant plant;
  /// What a server would measure; in the write transaction. Empty: nobody wants to know.
  std::function<void(const SimulatedCall&)> on_call;
  /// A call has waited for a path that others had leased: see metrics/contention.h. The moment is wall clock.
  std::function<void(std::string_view path, std::int64_t waited_ms, bool denied, std::int64_t at_ms)> on_contention;
};

/// Where a task was taken from.
enum class Source : int { kOwn, kSwarm, kLead, kPeer };
constexpr std::array<std::string_view, 4> Names(Source) { return {"own", "swarm", "lead", "peer"}; }

/// What one agent did.
struct SimulatedAgent {
  std::int64_t number = 0;
  std::string name;
  std::int64_t parent = 0;  ///< 0: none.
  double speed = 1;
  std::array<std::int64_t, Names(Source{}).size()> claims{};  ///< By where from.
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t crashes = 0;
  double busy_s = 0;
};

struct SimulationResult {
  std::uint64_t hash = 0;  ///< Of all that happened, in order: the same for the same options.
  std::int64_t calls = 0;
  std::int64_t claims = 0;
  std::int64_t empty_claims = 0;
  std::int64_t refused = 0;  ///< Reports that came too late, as they should be.
  std::int64_t crashes = 0;
  std::int64_t stalls = 0;
  std::array<std::int64_t, Names(TaskState{}).size()> tasks{};
  double virtual_s = 0;    ///< Until the last task ended.
  double most_s = 0;       ///< Until nine of ten had: what is left then is waited for by few.
  double utilisation = 0;  ///< Share of the agents' time that was work.
  std::vector<SimulatedAgent> agents;
  std::vector<TopologyChange> changes;
  // What calls really took, in ns.
  Histogram making;
  Histogram claiming;
  Histogram finding_nothing;
  Histogram reporting;
};

/// Runs it to its end. kInternal for the first thing that was not as it must be, saying at which call.
/// REQUIRES: a fresh database with this program's schema.
Expected<SimulationResult> Simulate(store::Database& database, const SimulationOptions& options);

}  // namespace skep::swarm
