#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "skep/error.h"
#include "skep/moment.h"
#include "store/database.h"
#include "swarm/claim.h"
#include "swarm/simulation.h"
#include "swarm/simulation_events.h"
#include "swarm/simulation_model.h"
#include "swarm/simulation_store.h"
#include "swarm/simulation_work.h"
#include "swarm/swarm.h"
#include "swarm/task_update.h"

namespace skep::swarm {

/// One simulation, while it is played: simulation.cc has its course, simulation_setup.cc its beginning and end,
/// simulation_faults.cc what goes wrong, simulation_plants.cc what slows it down.
class Simulation {
 public:
  Simulation(store::Database& database, const SimulationOptions& options)
      : database_(database), options_(options), store_(database, options.stopwatch), work_(options) {}

  Expected<SimulationResult> Run();

 private:
  static constexpr std::int64_t kSecond = 1'000'000;
  /// How often an agent without work asks again, at first.
  static constexpr std::int64_t kPollUs = 5 * kSecond;
  /// An agent that stalls or crashes is heard of again, or comes back, after this at most.
  static constexpr std::int64_t kAwayUs = 600 * kSecond;
  /// Agents in one session: they crash together.
  static constexpr std::size_t kPerSession = 2;

  struct Worker {
    std::int64_t number = 0;
    std::string id;
    std::size_t session = 0;
    double speed = 1;
    bool returns = true;  ///< After a crash.
    bool alive = true;
    std::int64_t generation = 0;
    std::int64_t poll_us = kPollUs;
    std::int64_t task = 0;  ///< What it works on, as far as it knows.
    std::int64_t epoch = 0;
    std::int64_t since_us = 0;
  };
  /// Who waits for the file that all want.
  struct Seeker {
    Event work;
    std::int64_t takes_us = 0;
    std::int64_t since_us = 0;
    std::int64_t generation = 0;
  };

  bool Done() const;
  bool Stopped() const { return options_.goes_on && !options_.goes_on(); }
  bool Good() const { return model_.violation().empty() && !database_.error() && !Stopped(); }
  Moment Now() const;

  Expected<void> SetUp();
  std::int64_t SessionOf(std::size_t session);
  SimulationResult Finish();

  void Play(const Event& event);
  void Push(std::int64_t at_us, Event event);
  /// A worker is to ask for work; whatever else it was about to do is void.
  void Ask(std::size_t worker, std::int64_t at_us);
  /// Tasks may have become ready: so many of those who wait for some look again; in a small swarm all, as those do who
  /// wait with task_claim.
  void Wake(std::int64_t count);
  /// A call to the store begins: it takes its time, and so much longer.
  void Call(std::int64_t held_us = 0, std::int64_t operations = 1);
  void Log(What what, std::int64_t agent, std::int64_t task, std::int64_t epoch);

  void MakeTasks();
  /// As the tool does it.
  Expected<Claim> MakeClaim(const Worker& worker);
  void AskForWork(std::size_t index);
  /// How the work on a task will go depends on the task and its epoch alone: the same in every topology.
  void Begin(std::size_t index, const Task& task);
  void KeepWorking(Event event);
  void EndWork(const Event& event);
  /// Whether the report was accepted, as it was by the model too.
  bool SendReport(const Event& event, Report report);

  bool Lost(const Worker& worker, std::uint64_t call);
  /// The answer to a claim was lost.
  void AskAgain(const Worker& worker);
  void Cancel(std::int64_t task);
  void Crash(std::size_t session);

  bool WantsFile(std::int64_t task) const;
  /// An agent leases the file that all want, and then begins its work; or it waits.
  void SeekFile(const Seeker& seeker);
  /// A worker that may have held it no longer does: the next one gets it.
  void LeaveFile(std::size_t worker);
  /// One operation that takes long, and the next one later.
  void HoldStore();

  store::Database& database_;
  const SimulationOptions& options_;
  SimulatedStore store_;
  Workload work_;
  Model model_;
  Swarm swarm_;
  SimulationResult result_;
  std::int64_t process_ = 0;
  std::int64_t serial_ = 0;
  std::vector<std::int64_t> sessions_;  ///< Their rows; 0: it has ended.
  std::vector<Worker> workers_;
  Agenda agenda_;
  std::deque<std::pair<std::size_t, std::int64_t>> waiting_;  ///< Workers without work, with their generations.
  std::int64_t now_us_ = 0;
  std::int64_t free_us_ = 0;    ///< When the store can take the next call.
  std::int64_t moved_us_ = 0;   ///< When a task was made, claimed or ended last.
  std::int64_t queued_us_ = 0;  ///< How long the call that comes next has waited for the store.
  std::deque<Seeker> seekers_;
  std::size_t holder_ = kNobody;  ///< Of the file that all want.
};

}  // namespace skep::swarm
