#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "store/database.h"
#include "swarm/agent.h"
#include "swarm/spread.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

/// How well work went, from what the rows say and nothing else: of one task (with subtasks: of those), of a swarm, or
/// of one agent. A task and a swarm are judged by all that was done, an agent by its own attempts and by nobody else's.
/// Only what has ended counts.
namespace skep::swarm {

enum class Criterion : int { kSuccessRate, kRetries, kRework, kLeadTime, kReviews };
constexpr std::array<std::string_view, 5> Names(Criterion) {
  return {"success_rate", "retries", "rework", "lead_time", "reviews"};
}

/// Of tasks; of an agent: of its attempts, since it was spawned.
struct SuccessRate {
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
};

/// Attempts that failed or timed out before the last. In a ring, of the last stage. Of an agent: of the tasks that it
/// has tried, its own attempts after which another was needed, whoever made that.
struct Retries {
  std::int64_t tasks = 0;
  std::int64_t at_first_attempt = 0;  ///< Ended with it; of an agent: it has made no other attempt necessary.
  std::int64_t retries = 0;
  std::int64_t most_attempts = 0;  ///< At one of them; of an agent, its own.
};

/// Claims beyond the first (in a ring: beyond the first of each stage), and what came before each. Of an agent: of the
/// tasks that it has claimed, its own claims after which another was needed.
struct Rework {
  std::int64_t tasks = 0;
  std::int64_t claimed_once = 0;  ///< Of an agent: it has made no other claim necessary.
  std::int64_t claims_again = 0;
  // Of claims again, in the histories of the newest so many such tasks; of an agent, of all of them.
  std::int64_t histories = 0;
  std::int64_t after_failure = 0;
  std::int64_t after_release = 0;
  std::int64_t after_time_out = 0;
  std::int64_t after_abandonment = 0;
};

/// Of tasks that succeeded.
struct LeadTime {
  Spread lead_ms;  ///< From made to ended.
  Spread wait_ms;  ///< From when it became ready last to its last claim.
  Spread work_ms;  ///< From then to the end; in a ring, of all its stages.
};

/// Of an agent, in place of lead time: what it waits for is the swarm's. Its claims that have ended.
struct HeldTime {
  std::int64_t claims = 0;
  std::int64_t held_ms = 0;
  std::int64_t succeeded_ms = 0;  ///< In those that succeeded.
  std::optional<Spread> work_ms;  ///< Of each of these.
};

/// A review is a task that needs the one it is of, and that an agent of type "reviewer" has done: it succeeded, the
/// review is passed; it failed, it is not.
struct Reviews {
  std::int64_t passed = 0;
  std::int64_t rejected = 0;
};

/// What is absent has no data.
struct Quality {
  /// Tasks of the target that succeeded or failed; of an agent, those of which a claim of its has ended.
  std::int64_t ended = 0;
  std::int64_t cancelled = 0;
  std::optional<SuccessRate> success_rate;
  std::optional<Retries> retries;
  std::optional<Rework> rework;
  std::optional<LeadTime> lead_time;  ///< Not of an agent.
  std::optional<HeldTime> held_time;  ///< Of an agent.
  std::optional<Reviews> reviews;
  bool older_tasks = false;          ///< There are older ones, beyond limits::kReportedTasks of the project.
  std::int64_t claims_since_ms = 0;  ///< Of an agent: its older claims were not looked at; 0: all were.
};
Quality AssessTask(store::Database& database, const Task& task);
Quality AssessAgent(store::Database& database, const Swarm& swarm, const Agent& agent);
Quality AssessSwarm(store::Database& database, const Swarm& swarm);

/// From 0 to 1, and of how many.
struct Score {
  double value = 0;
  std::int64_t of = 0;
};
/// success_rate: succeeded of all. retries: ended with the first attempt, of all. rework: claimed once, of all.
/// lead_time: time worked of lead time; of an agent: time held that led to success, of all. reviews: passed of all.
/// Nothing where there is no data.
std::optional<Score> ScoreOf(const Quality& quality, Criterion criterion);
/// The mean of those there are; each counts the same.
std::optional<double> Combine(const Quality& quality, std::span<const Criterion> criteria);

}  // namespace skep::swarm
