#include "swarm/simulation_store.h"

namespace skep::swarm {
namespace {

using store::Cursor;
using store::Sql;

constexpr Sql kBegin{"BEGIN IMMEDIATE"};
constexpr Sql kCommit{"COMMIT"};
constexpr Sql kMark{"SAVEPOINT call"};
constexpr Sql kUndo{"ROLLBACK TO call"};
constexpr Sql kKeep{"RELEASE call"};
constexpr Sql kCheckpoint{"PRAGMA wal_checkpoint(TRUNCATE)"};

/// As many as a busy store has in a group, and groups between checkpoints.
constexpr std::int64_t kCallsPerCommit = 256;
constexpr std::int64_t kCommitsPerCheckpoint = 64;

}  // namespace

void SimulatedStore::Begin() { database_.Execute(kBegin); }

void SimulatedStore::Commit() { database_.Execute(kCommit); }

void SimulatedStore::Call() {
  if (++calls_ % kCallsPerCommit == 0) {
    Commit();
    if (calls_ % (kCallsPerCommit * kCommitsPerCheckpoint) == 0) {
      for (Cursor row = database_.Query(kCheckpoint); row.Next();) {
      }
    }
    Begin();
  }
  if (stopwatch_ != nullptr) begun_ns_ = stopwatch_->SteadyNs();
}

void SimulatedStore::Answered(Histogram& cost) {
  if (stopwatch_ != nullptr) cost.Record(static_cast<std::uint64_t>(stopwatch_->SteadyNs() - begun_ns_));
}

void SimulatedStore::Mark() { database_.Execute(kMark); }

void SimulatedStore::Keep() { database_.Execute(kKeep); }

void SimulatedStore::Undo() {
  database_.Execute(kUndo);
  Keep();
}

}  // namespace skep::swarm
