#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "metrics/call_costs.h"
#include "metrics/contention.h"
#include "metrics/pace.h"
#include "metrics/recorder.h"
#include "metrics/replay.h"
#include "metrics/work_graph.h"
#include "store/database.h"
#include "swarm/swarm.h"

/// What holds a swarm up. The tasks that have ended are played again, as they were and then once without each possible
/// cause; a cause's weight is the time that this saves. What is not measured is not tried, and named.
///
/// "The run" is the time in which some task was made and had not ended: a pause in which there was nothing to do is
/// nobody's fault. A cause *binds* when the run without it would be shorter by kBinds of itself. "Nothing binds" thus
/// means: whichever one thing were put right, the run would take about as long. That is so for a swarm whose agents are
/// all at work on what has to be done; it could still be faster with more of them, and that is then said.
namespace skep::metrics {

/// Share of the run. A replay of a run as it was differs from the run by some percent (tools/bench/bottleneck_trials
/// prints by how much), and the last tasks of any run end at different times, which one task more or less at the end
/// changes: what saves less than this cannot be told from either.
inline constexpr double kBinds = 0.10;
/// A cause is not played when it cannot bind: the run cannot get shorter than what there is to do, shared by all agents
/// who are there. By how far it must be from that, because faster agents may get more of it than before.
inline constexpr double kWorthTrying = kBinds / 2;
/// Fewer tasks than this are no run to speak of: each of them is a tenth of it.
inline constexpr std::size_t kFewestTasks = 10;

enum class Component : int { kSwarm, kTransport, kStore, kMemory, kAgents, kTasks, kAll };
constexpr std::array<std::string_view, 7> Names(Component) {
  return {"swarm", "transport", "store", "memory", "agents", "tasks", "all"};
}
enum class Metric : int { kCpu, kMemory, kNetwork, kLatency, kQueue, kErrors };
constexpr std::array<std::string_view, 6> Names(Metric) {
  return {"cpu", "memory", "network", "latency", "queue", "errors"};
}

enum class Cause : int {
  kSlowAgent,
  kDependencyChain,
  kHotLease,
  kStarvedCapability,
  kSlowDisk,
  kOversizedBatch,
  kSlowStore,      ///< Its operations, not its commits.
  kSlowLoop,       ///< The thread that all calls go through.
  kRetries,        ///< Work that came to nothing.
  kWrongQueue,     ///< Work lies with busy agents while others are idle.
  kUnclaimedWork,  ///< Agents are there and do not claim.
  kTooFewAgents,   ///< Work comes faster than it is done.
  kNobodyCapable,  ///< Of work that waits now.
  kCpu,            ///< The machine's.
  kMemory,         ///< A process's grows.
  kDiskSpace,
};
constexpr std::array<std::string_view, 16> Names(Cause) {
  return {"slow_agent",     "dependency_chain",
          "hot_lease",      "starved_capability",
          "slow_disk",      "oversized_batch",
          "slow_store",     "slow_loop",
          "retries",        "wrong_queue",
          "unclaimed_work", "too_few_agents",
          "nobody_capable", "cpu",
          "memory",         "disk_space"};
}
Component ComponentOf(Cause cause);
Metric MetricOf(Cause cause);

/// A possible cause, with what was measured of it.
struct Finding {
  Cause cause{};
  std::string subject;            ///< Which agent, path, capability…; empty where there is only one.
  std::optional<double> saved_s;  ///< By so much the run would be shorter. Nothing: it cannot be computed.
  std::string evidence;           ///< A sentence with the figures.
  std::string advice;             ///< What to do.
};

struct BottleneckReport {
  std::vector<Finding> binding;  ///< What binds: what work waits for now, then what saves the most.
  std::vector<Finding> others;   ///< What does not, in the same order.
  std::size_t tasks = 0;         ///< That have ended, and were played.
  std::size_t agents = 0;        ///< Who worked on them.
  std::int64_t from_ms = 0;      ///< From the first task's making to the last one's end.
  std::int64_t to_ms = 0;
  double run_s = 0;                     ///< As it was.
  double replayed_s = 0;                ///< As it is played again.
  std::optional<double> utilisation;    ///< Share of the agents' time that was work, in the replay.
  std::optional<double> twice_saves_s;  ///< What twice as many agents would. Nothing: they were not all busy.
  std::int64_t unfinished = 0;          ///< Tasks that have not ended: not played.
  std::vector<std::string> missing;     ///< What there are no data of, a sentence each.

  /// The finding in a sentence or two.
  std::string Summary() const;
};

/// One analysis of one swarm, in slices that take some 20 ms each, so that whoever has one thread can do something else
/// in between.
class BottleneckAnalysis {
 public:
  struct Request {
    swarm::Swarm swarm;
    Component component = Component::kAll;
    std::vector<Metric> metrics;  ///< Empty: all.
    std::int64_t now_ms = 0;
    std::int64_t most_tasks = limits::kAnalysedTasks;
    /// What this process has recorded and not written down yet (Recorder::Peek).
    std::vector<Recorded> live;
  };
  explicit BottleneckAnalysis(Request request);

  /// Goes on; false: it is over, or the database has an error.
  bool Step(store::Database& database);
  /// Share of the work that is done, 0 to 1; and what is being done.
  double done() const;
  std::string doing() const;
  /// REQUIRES: it is over.
  const BottleneckReport& report() const { return report_; }

 private:
  /// A cause that is to be tried.
  struct Trial {
    Finding finding;
    Scenario scenario;
    bool only_tells = false;  ///< What it saves is told, but it is not a cause.
  };

  bool Wanted(Cause cause) const;
  /// To be played, if it may bind: without it the agents would have so much less to do, all together.
  void Try(Finding finding, Scenario scenario, double less_s);
  /// The same of what takes a share of all work: a chain gets no shorter than by that either.
  void TryShare(Finding finding, Scenario scenario, double share);
  void Measure(store::Database& database);
  void ReadMachine(store::Database& database);
  void ReadWaiting(store::Database& database);
  /// After the replay of what was.
  void Propose(const Replayed& was);
  void ProposeAgents(const Replayed& was);
  void ProposeCapabilities();
  void ProposeLeases();
  void ProposeCalls();
  void ProposeRetries();
  void Conclude(Trial& trial, const Replayed& without);
  void Rank();

  const Request request_;
  WorkGraphReader reader_;
  bool read_ = false;
  Pace pace_;
  std::optional<CallCosts> calls_;
  std::vector<ContendedPath> paths_;
  Scenario was_;
  double worked_s_ = 0;  ///< As it was: all agents together.
  double there_ = 0;     ///< How many there were, in the mean.
  std::unique_ptr<Replay> replay_;
  std::vector<Trial> trials_;
  std::size_t tried_ = 0;  ///< The first replay is of what was.
  std::vector<Finding> found_;
  BottleneckReport report_;
};

}  // namespace skep::metrics
