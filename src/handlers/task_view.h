#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "skep/field.h"
#include "swarm/task.h"
#include "swarm/task_graph.h"

namespace skep::handlers {

/// A task to be made, as arguments give it: an object, or its title.
struct TaskArgs {
  std::string_view title;
  std::string_view body;
  std::optional<swarm::Priority> priority;
  std::vector<std::string_view> dependencies;
  std::string_view required;
  std::optional<std::int64_t> max_attempts;

  static constexpr bool kFromText = true;
  static constexpr Field kFields[] = {
      Req<&TaskArgs::title>("title", {}, {1, limits::kMaxTitle}),
      Opt<&TaskArgs::body>("body"),
      Opt<&TaskArgs::priority>("priority"),
      Opt<&TaskArgs::dependencies>("dependencies", "Ids, or titles in this call"),
      Opt<&TaskArgs::required>("requires"),
      Opt<&TaskArgs::max_attempts>("maxAttempts", {}, {1, limits::kMaxAttempts}),
  };

  /// What it does not say is as in `whole`.
  swarm::TaskRequest Request(const swarm::TaskRequest& whole = {}) const {
    return {.title = title,
            .body = body,
            .priority = priority.value_or(whole.priority),
            .required = required.empty() ? whole.required : required,
            .dependencies = dependencies,
            .max_attempts = max_attempts.value_or(whole.max_attempts)};
  }
};

/// How many tasks a swarm has in each state.
struct TaskCounts {
  std::int64_t blocked = 0;
  std::int64_t ready = 0;
  std::int64_t claimed = 0;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;

  static constexpr Field kFields[] = {
      Req<&TaskCounts::blocked>("blocked"), Req<&TaskCounts::ready>("ready"),
      Req<&TaskCounts::claimed>("claimed"), Req<&TaskCounts::succeeded>("succeeded"),
      Req<&TaskCounts::failed>("failed"),   Req<&TaskCounts::cancelled>("cancelled"),
  };
};

TaskCounts CountsOf(store::Database& database, const swarm::Swarm& swarm);

/// A task as lists show it.
struct TaskView {
  std::string task_id;
  std::string title;
  swarm::TaskState state = swarm::TaskState::kBlocked;
  swarm::Priority priority = swarm::Priority::kMedium;
  std::optional<std::string> required;
  std::optional<std::string> parent;
  std::optional<std::string> owner;
  std::optional<std::string> queue;
  std::optional<std::int64_t> epoch;
  std::optional<std::int64_t> attempts;
  std::optional<std::string> stage;
  std::optional<std::int64_t> blockers;
  std::optional<Timestamp> not_before;
  std::optional<std::string> note;
  Timestamp created_at;
  std::optional<Timestamp> finished_at;

  static constexpr Field kFields[] = {
      Req<&TaskView::task_id>("taskId"),
      Req<&TaskView::title>("title"),
      Req<&TaskView::state>("state"),
      Req<&TaskView::priority>("priority"),
      Opt<&TaskView::required>("requires"),
      Opt<&TaskView::parent>("parent"),
      Opt<&TaskView::owner>("owner", "Agent that works on it, or was the last to"),
      Opt<&TaskView::queue>("queue", "Agent in whose queue it waits; absent: the swarm's"),
      Opt<&TaskView::epoch>("epoch"),
      Opt<&TaskView::attempts>("attempts"),
      Opt<&TaskView::stage>("stage", "In a ring: 2/3"),
      Opt<&TaskView::blockers>("blockers", "Tasks it waits for"),
      Opt<&TaskView::not_before>("notBefore", "Its next attempt"),
      Opt<&TaskView::note>("note"),
      Req<&TaskView::created_at>("createdAt"),
      Opt<&TaskView::finished_at>("finishedAt"),
  };
};

TaskView View(const swarm::Task& task);

/// What was reported of a task's cost; what nobody reported is absent.
struct UsageView {
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<double> cost_usd;

  static constexpr Field kFields[] = {
      Opt<&UsageView::input_tokens>("inputTokens", {}, {.min = 0}),
      Opt<&UsageView::output_tokens>("outputTokens", {}, {.min = 0}),
      Opt<&UsageView::cost_usd>("costUsd", {}, {.min = 0}),
  };
};
std::optional<UsageView> View(const swarm::Usage& usage);

/// A line of a task's history.
struct EventView {
  Timestamp at;
  std::string event;
  std::optional<std::string> agent;
  std::int64_t epoch = 0;
  std::optional<std::string> detail;

  static constexpr Field kFields[] = {
      Req<&EventView::at>("at"),       Req<&EventView::event>("event"),   Opt<&EventView::agent>("agent"),
      Req<&EventView::epoch>("epoch"), Opt<&EventView::detail>("detail"),
  };
};

/// Tasks of a swarm; or one, with all that is known of it.
struct TaskListing {
  std::string swarm_id;
  std::optional<TaskCounts> counts;
  std::vector<TaskView> tasks;
  std::optional<std::string> cursor;
  std::optional<std::vector<std::string>> dependencies;
  std::optional<std::vector<TaskView>> subtasks;
  std::optional<UsageView> usage;
  std::optional<std::vector<EventView>> history;

  static constexpr Field kFields[] = {
      Req<&TaskListing::swarm_id>("swarmId"),
      Opt<&TaskListing::counts>("counts", "Of the whole swarm"),
      Req<&TaskListing::tasks>("tasks"),
      Opt<&TaskListing::cursor>("cursor", "There are more"),
      Opt<&TaskListing::dependencies>("dependencies"),
      Opt<&TaskListing::subtasks>("subtasks"),
      Opt<&TaskListing::usage>("usage", "As reported"),
      Opt<&TaskListing::history>("history", "The oldest first"),
  };
};
TaskListing Details(const swarm::Task& task, store::Database& database);

/// Ids of agents for what shows them.
std::string AgentId(std::int64_t number);

}  // namespace skep::handlers
