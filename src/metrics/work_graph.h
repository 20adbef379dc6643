#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "store/database.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

namespace skep::metrics {

/// What a swarm has done, as its rows say it: tasks that have ended, who worked on them and when, and what they waited
/// for. Plain data; tasks and agents are meant by their places in `tasks` and `agents`. Moments are wall clock, in ms.
struct WorkGraph {
  static constexpr std::uint32_t kNobody = static_cast<std::uint32_t>(-1);

  struct Agent {
    std::int64_t number = 0;
    std::string name;
    std::uint32_t lead = kNobody;
    std::vector<std::uint32_t> capabilities;  ///< Places in `capabilities`.
    std::int64_t from_ms = 0;                 ///< Since when it is there.
    std::int64_t to_ms = 0;                   ///< Until when it was; 0: it still is.
    bool works = false;                       ///< It has claimed something. Others may only plan.
    std::uint32_t pieces = 0;
    std::uint32_t first_piece = 0;  ///< In `by_agent`.
  };
  /// One claim of a task: an attempt, or a stage in a ring.
  struct Piece {
    std::uint32_t agent = kNobody;
    std::uint32_t task = 0;
    std::int64_t begin_ms = 0;
    std::int64_t end_ms = 0;
    std::int32_t pause_ms = 0;  ///< That the task had to wait for its next attempt, from its end on.
    bool wasted = false;        ///< The task was given back, or failed: somebody had to begin anew, or nobody did.
  };
  struct Task {
    std::int64_t number = 0;
    std::int64_t made_ms = 0;
    std::int64_t ready_ms = 0;  ///< When it became ready last; 0: it never was.
    std::int64_t ended_ms = 0;
    std::int64_t head_start_ms = 0;  ///< How much earlier than it became ready it counts as ready: its priority.
    std::uint32_t capability = 0;    ///< That it takes.
    std::uint32_t pieces = 0;        ///< None: it is done by its parts.
    std::uint32_t first_piece = 0;
    std::uint32_t needs = 0;  ///< Tasks of this graph that have to end first: dependencies, or parts.
    std::uint32_t dependants = 0;
    std::uint32_t first_dependant = 0;
  };

  swarm::Topology wiring = swarm::Topology::kMesh;
  std::vector<std::string> capabilities = {""};  ///< The first: none.
  std::vector<Agent> agents;
  std::vector<Task> tasks;                ///< By number.
  std::vector<Piece> pieces;              ///< A task's in the order in which they were.
  std::vector<std::uint32_t> dependants;  ///< A task's, in a row.
  std::vector<std::uint32_t> by_agent;    ///< Pieces: an agent's in a row, in order.
  std::vector<std::uint32_t> by_arrival;  ///< Tasks, in the order in which they were made.

  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;  ///< Needed, and by whom; until Wire.

  std::int64_t left_out = 0;    ///< Older tasks that have ended, beyond the bound; counted only if there are any: ≥ 1.
  std::int64_t shortened = 0;   ///< Tasks of which only the last claim was read, because there were too many.
  std::int64_t unfinished = 0;  ///< Tasks that have not ended, and are not here.

  std::uint32_t CapabilityOf(std::string_view name);
  /// Adds "`task` needs `needed`". Before Wire.
  void Need(std::uint32_t needed, std::uint32_t task) { edges.emplace_back(needed, task); }
  /// When all are there: sorts the edges into `dependants`, and fills what is below it.
  void Wire();

  /// When the first task was made, and when the last one ended.
  std::int64_t from_ms() const;
  std::int64_t to_ms() const;
  /// How long some task was made and had not ended, in ms: the run without the times in which there was nothing to do.
  std::int64_t busy_ms() const;

 private:
  void SortPieces();
};

/// Reads a swarm's graph, in slices: each takes some milliseconds. Tasks that others finish meanwhile may be in it or
/// not.
class WorkGraphReader {
 public:
  /// The newest `limit` tasks that have ended with success, and those of their time that have failed.
  WorkGraphReader(const swarm::Swarm& swarm, std::int64_t limit);

  /// Reads on; false: the graph is complete.
  bool Read(store::Database& database);
  /// Share of the way that is done, 0 to 1: a guess.
  double done() const;
  WorkGraph& graph() { return graph_; }

 private:
  enum class Phase : std::uint8_t { kAgents, kSucceeded, kFailed, kPieces, kEdges, kDone };

  void ReadAgents(store::Database& database);
  void ReadTasks(store::Database& database, swarm::TaskState state, Phase next);
  void Sort();
  void ReadPieces(store::Database& database);
  void ReadEdges(store::Database& database);
  void Finish(store::Database& database);
  std::uint32_t AgentOf(std::int64_t number) const;
  std::uint32_t TaskOf(std::int64_t number) const;

  /// What is read of a task's row, until its pieces are known.
  struct Row {
    WorkGraph::Task task;
    std::int64_t parent = 0;
    std::int64_t owner = 0;
    std::int64_t claimed_ms = 0;
    std::int64_t claims = 0;
    bool succeeded = false;
  };
  void AddPieces(store::Database& database, const Row& row, WorkGraph::Task& task);

  swarm::Swarm swarm_;
  std::int64_t limit_;
  Phase phase_ = Phase::kAgents;
  WorkGraph graph_;
  std::vector<Row> rows_;
  std::int64_t before_ = INT64_MAX;  ///< The tasks below this number are still to be read.
  std::int64_t oldest_ = 0;          ///< Not those below this one.
  std::size_t next_ = 0;
  std::int64_t events_ = 0;
};

}  // namespace skep::metrics
