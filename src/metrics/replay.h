#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "metrics/work_graph.h"

namespace skep::metrics {

/// What is otherwise in a replay than it was. As it stands: nothing.
struct Scenario {
  /// How long each agent takes for a piece of work, against the usual; empty: all take as long. Another agent than the
  /// one that did a piece takes as much longer as it is slower.
  std::vector<double> slowness;
  std::uint32_t as_usual = WorkGraph::kNobody;  ///< This agent takes as long as is usual.
  std::uint32_t for_all = 0;                    ///< A capability that everybody has.
  bool dependencies = true;                     ///< False: no task waits for another to succeed.
  bool retries = true;                          ///< False: what was wasted was not done.
  bool routed = true;                           ///< False: whoever is capable takes what is ready, wherever it lies.
  double work = 1;                              ///< Each piece takes so many times as long.
  std::int64_t less_us = 0;                     ///< And then so much less.
  std::int64_t sooner_us = 0;                   ///< So much less is between two calls that make tasks.
  std::int64_t between_us = 0;                  ///< From the end of a piece until its agent can claim the next one.
  std::uint32_t copies = 1;                     ///< So many agents for each that there was.
  bool chains = false;                          ///< The longest chain is wanted.
};

/// What came of a replay.
struct Replayed {
  double open_s = 0;                    ///< How long some task was made and had not ended.
  double worked_s = 0;                  ///< All agents together.
  double there_s = 0;                   ///< How long agents who work were there while some task was open, all together.
  double chain_s = 0;                   ///< Work of the longest chain of tasks that need one another, if it was wanted.
  std::vector<std::uint32_t> chain;     ///< Its tasks.
  std::vector<std::int64_t> waited_us;  ///< By task: while it was ready and nobody had claimed it.
  std::size_t unplayed = 0;             ///< Tasks that nobody could take.
};

/// Plays a graph again: tasks come when they came, agents are there when they were, and whoever is free takes at once
/// what it took then, if that is ready, else what the swarm's topology gives it, the most urgent first. Work takes as
/// long as was measured. The same graph and scenario give the same result.
///
/// An event (a claim, an end) costs some 100 ns and one comparison for each agent.
class Replay {
 public:
  /// `graph` must outlive this.
  Replay(const WorkGraph& graph, Scenario scenario);
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  /// Plays so many events; false: it is over.
  bool Play(std::int64_t events);
  /// Share of the tasks that have ended.
  double done() const;
  /// REQUIRES: it is over.
  const Replayed& result() const { return result_; }

 private:
  enum class What : std::uint8_t { kComes, kGoes, kEnds, kFree, kAgain };
  struct Event {
    std::int64_t at_us;
    std::int64_t sequence;
    What what;
    std::uint32_t who;  ///< An agent, but for kAgain: a task.
    bool operator>(const Event& other) const {
      return std::pair(at_us, sequence) > std::pair(other.at_us, other.sequence);
    }
  };
  struct Waiting {
    std::int64_t rank;
    std::uint32_t task;
    bool operator>(const Waiting& other) const { return std::pair(rank, task) > std::pair(other.rank, other.task); }
  };
  static constexpr Waiting kNothing{INT64_MAX, WorkGraph::kNobody};
  /// What lies in one queue, by the capability that it takes; and some that was taken from it otherwise.
  struct Queue {
    using Tasks = std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>>;
    std::vector<std::pair<std::uint32_t, Tasks>> tasks;
    std::int64_t count = 0;
  };
  struct Agent {
    std::uint32_t next_piece = 0;         ///< In the graph's by_agent: what it did then, and next.
    std::uint32_t last_piece = 0;         ///< The one after the last of them. Copies have none.
    std::vector<std::uint32_t> team;      ///< Who have it as their lead.
    std::vector<std::uint32_t> team_can;  ///< What those of them who are there are capable of. Sorted.
    std::uint32_t lead = WorkGraph::kNobody;
    std::uint32_t task = WorkGraph::kNobody;
    std::uint32_t idle_since = 0;  ///< Tells the times apart at which it became idle.
    double slowness = 1;
    std::int64_t load = 0;  ///< What lies in its queue and what it works on.
    bool works = false;
    bool there = false;
    bool idle = false;
    bool leaving = false;
  };
  struct Task {
    std::uint32_t needs = 0;
    std::uint32_t piece = 0;                  ///< The next one, or the one that somebody works on.
    std::uint32_t last = WorkGraph::kNobody;  ///< Who did the piece before.
    std::uint32_t queue = 0;                  ///< Where it lies, while it waits.
    std::int64_t ready_us = 0;
    bool made = false;
    bool waits = false;
    bool begun = false;  ///< Somebody works on its piece.
  };
  /// A task at the end of the longest chain of those that it needs.
  struct Chain {
    std::int64_t worked_us = 0;
    std::int64_t before_us = 0;
    std::uint32_t before = WorkGraph::kNobody;
  };

  void GatherAgents();
  void GatherTasks();
  void At(std::int64_t at_us, What what, std::uint32_t who) { events_.push({at_us, ++sequence_, what, who}); }
  std::int64_t NextUs() const;
  void Advance(std::int64_t to_us);
  void Happen(const Event& event);
  void MakeTasks();
  void MakeReady(std::uint32_t task);
  void End(std::uint32_t task);
  /// Notes a task that has ended in the chains of those that need it.
  void Lengthen(std::uint32_t task);
  void SkipWasted(std::uint32_t task);
  void Dispatch();
  void OfferTo(std::uint32_t task);
  /// Gives an agent the best that there is for it, or notes that it is idle.
  bool Take(std::uint32_t agent);
  void Begin(std::uint32_t agent, std::uint32_t task);
  void BecomeIdle(std::uint32_t agent);
  void ComeOrGo(std::uint32_t agent, bool there);
  bool Revive();

  std::uint32_t Base(std::uint32_t agent) const { return agent % static_cast<std::uint32_t>(graph_.agents.size()); }
  std::int64_t RankOf(std::uint32_t task) const {
    return tasks_[task].ready_us - graph_.tasks[task].head_start_ms * 1000;
  }
  bool Can(std::uint32_t agent, std::uint32_t capability) const;
  std::uint32_t ChooseQueue(const Task& state, std::uint32_t capability);
  std::uint32_t ChooseLead(std::uint32_t capability);
  std::uint32_t NextInRing(std::uint32_t after, std::uint32_t capability) const;
  /// What it took next then, if that is ready.
  std::uint32_t TookThen(std::uint32_t agent);
  /// Looks in a queue for something more urgent than `best`.
  void Look(std::uint32_t agent, std::uint32_t queue, Waiting& best);
  /// What lies where nobody may take it any more.
  void LookForOrphans(std::uint32_t agent, Waiting& best);
  bool MayTake(std::uint32_t agent, const Task& state, std::uint32_t capability) const;
  bool HasTaker(std::uint32_t queue, std::uint32_t capability) const;
  std::int64_t TakesUs(std::uint32_t agent, const WorkGraph::Piece& piece) const;

  const WorkGraph& graph_;
  const Scenario scenario_;
  const swarm::Topology wiring_;
  std::vector<Agent> agents_;  ///< With copies: the first of each, then the second.
  std::vector<Task> tasks_;
  std::vector<Chain> chains_;          ///< Of the tasks; empty when they are not asked for.
  std::vector<std::int64_t> made_us_;  ///< In the order of arrival.
  std::vector<std::uint32_t> leads_;   ///< Agents who have a team.
  std::vector<Queue> queues_;          ///< The swarm's, then each agent's.
  std::size_t arrived_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::int64_t sequence_ = 0;
  std::int64_t start_ms_ = 0;
  std::int64_t now_us_ = 0;
  std::size_t open_ = 0;
  std::size_t ended_ = 0;
  std::int64_t there_ = 0;
  bool revived_ = false;
  std::vector<std::uint32_t> fresh_tasks_;
  std::vector<std::uint32_t> fresh_agents_;
  std::vector<std::deque<std::pair<std::uint32_t, std::uint32_t>>> idle_;  ///< By capability: who, since when.
  std::uint32_t longest_ = WorkGraph::kNobody;                             ///< The last task of the longest chain.
  std::int64_t longest_us_ = 0;
  std::int64_t open_us_ = 0;
  std::int64_t worked_us_ = 0;
  std::int64_t there_us_ = 0;
  Replayed result_;
};

}  // namespace skep::metrics
