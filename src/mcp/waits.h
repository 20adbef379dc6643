#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/events.h"
#include "mcp/database_watch.h"
#include "skep/context.h"
#include "skep/error.h"
#include "store/wal_stamp.h"
#include "swarm/wakeup.h"

namespace skep::mcp {

class ToolCall;

/// The calls of a server that found nothing and wait for it.
///
/// They are woken when the database has changed, whoever has changed it: after our own commits, and when the log's file
/// is written to, which is watched while calls wait. What they wait for is then looked for once for each different
/// thing, however many wait for it, and as many are run again as may find something: those who have waited longest
/// first. Whoever finds nothing goes to the end of the line. A slow poll stands behind it, which also sees what becomes
/// ready by mere time. So calls that wait cost memory and no time.
///
/// On the executor's thread.
class Waits {
 public:
  explicit Waits(const Services& services);
  ~Waits();
  Waits(const Waits&) = delete;
  Waits& operator=(const Waits&) = delete;

  /// Keeps a call that found nothing until it is run again, its time is up, or it is taken back.
  /// REQUIRES: call->wait().
  void Park(std::unique_ptr<ToolCall> call);
  /// The call, if it waits here; else null.
  std::unique_ptr<ToolCall> Take(const ToolCall& call);

  /// Answers calls with what one of them has come back with, some at a time, so that other clients are not kept
  /// waiting by however many there are.
  void Share(std::vector<std::unique_ptr<ToolCall>> calls, Expected<void> outcome, std::string result);

  /// Runs the first of calls that were to share what another found, which was cancelled.
  void RunFirst(std::vector<std::unique_ptr<ToolCall>> calls);

  /// A write of this process has been committed.
  void NoteCommit();
  /// A call that was run again has come back, with whatever result.
  void NoteReturn(const ToolCall& call);

  /// Whether a call waits here.
  bool Holds(const ToolCall& call) const { return places_.contains(&call); }
  /// Calls that wait.
  std::size_t size() const { return places_.size(); }

 private:
  using Calls = std::list<std::unique_ptr<ToolCall>>;
  using Thing = std::pair<Wait::For, std::int64_t>;
  using Deadline = std::pair<std::int64_t, const ToolCall*>;

  /// Those who wait for one thing.
  struct Line {
    Calls calls;               ///< The longest waiting first.
    std::int64_t running = 0;  ///< Woken and not yet back.
    // What follows is of tasks.
    swarm::ReadyTasks ready;     ///< At the last look.
    std::int64_t untried = 0;    ///< At the head: woken in waves until what is ready has gone, or all were.
    std::int64_t next_wave = 1;  ///< Doubles while waves come back with nothing.
  };
  using Lines = std::map<Thing, Line>;
  struct Place {
    Lines::iterator line;
    Calls::iterator call;
    std::int64_t deadline_ns;
  };

  /// Looks soon, once for all who ask.
  void LookSoon();
  void Look();
  void LookForTasks(store::Database& database, const Moment& now);
  void LookForMessages(store::Database& database);
  void LookForTaskEnds(store::Database& database);
  void LookForLeases(store::Database& database, const Moment& now);
  void Wake(const ToolCall& call);
  /// Wakes calls of tools that only read: of those that ask for the same, one is run, and the others share what it
  /// finds.
  void WakeTogether(const std::vector<const ToolCall*>& calls);
  void AnswerShared();
  void LookIfChanged();
  void PushDeadline(std::int64_t ns, const ToolCall* call);
  /// Whether a deadline is one of a call that waits.
  bool Holds(const Deadline& deadline) const;
  /// Drops deadlines of calls that have gone from the top of the heap.
  void DropDeadlines();
  /// Answers those whose time is up, and looks.
  void OnTick();
  void SetTick();
  void StopIfIdle();
  void DropIfUnused(Lines::iterator line);

  /// Calls that wait for nothing but their turn to be answered.
  struct Shared {
    std::vector<std::unique_ptr<ToolCall>> calls;  ///< The last one is next.
    Expected<void> outcome;
    std::string result;
  };

  const Services services_;
  Lines lines_;
  std::deque<Shared> shared_;
  std::unordered_map<const ToolCall*, Place> places_;
  /// A heap, the earliest on top. Those of calls that have gone are dropped when they come up, or when they are many: a
  /// quarter of the memory that an ordered map takes.
  std::vector<Deadline> deadlines_;
  /// Have just been parked: what they wait for may have come between their look and now.
  std::vector<const ToolCall*> fresh_;

  /// The state of the database at the last look, and at the last tick.
  store::Stamp looked_at_;
  store::Stamp ticked_at_;
  /// Messages up to this row have woken those whom they are for.
  std::int64_t seen_message_ = 0;
  std::int64_t tick_ns_ = 0;  ///< When the next tick is; 0: none is set.
  int quiet_ticks_ = 0;       ///< Since what is ready was last offered to those who could not have it.
  bool look_asked_ = false;
  /// Whether the last look has left some for the next one.
  bool left_ = false;
  /// Whether the next look is by the clock: all is looked at, changed or not.
  bool by_clock_ = false;

  DatabaseWatch watch_;
  std::unique_ptr<Events::Timer> look_;
  std::unique_ptr<Events::Timer> tick_;
  std::unique_ptr<Events::Timer> share_;
};

}  // namespace skep::mcp
