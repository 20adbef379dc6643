#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "skep/context.h"
#include "skep/resource.h"
#include "swarm/swarm.h"
#include "swarm/task.h"

/// What prompts say of how things stand: read from the database when they are asked for, in lines for a model, bounded.
namespace skep::handlers {

/// Lines up to a bound. What has no room is counted, and that is said.
class PromptState {
 public:
  explicit PromptState(std::size_t bytes = limits::kMaxPromptState) : left_(bytes) {}

  void Line(std::string_view line);
  std::string Take();

 private:
  std::size_t left_;
  std::size_t left_out_ = 0;
  std::string text_;
};

/// "2026-11-21T08:30:00.000Z"
std::string TimeText(std::int64_t ms);
/// Somebody's text as a block that is marked as a quotation in each line, at most limits::kMaxPromptQuote.
std::string Quoted(std::string_view text);
/// `ag_000001 "ada"`, also when the agent is offline.
std::string AgentLabel(ToolContext& context, std::int64_t agent);
/// `- tk_000003 "build" (high, ready, attempt 1 of 3, …)`
std::string TaskLine(ToolContext& context, const swarm::Task& task);

/// What it is, and what it is for.
void AddSwarm(PromptState& state, const swarm::Swarm& swarm);
/// How many in which state, and those alive with what they work on.
void AddAgents(PromptState& state, ToolContext& context, const swarm::Swarm& swarm);
/// How many in which state.
void AddTaskCounts(PromptState& state, ToolContext& context, const swarm::Swarm& swarm);
/// The newest of some states, each with a heading of its own; a state that has none is passed over.
void AddTasks(PromptState& state, ToolContext& context, const swarm::Swarm& swarm,
              std::span<const swarm::TaskState> states, std::int64_t each);
/// Those in force, of the whole project.
void AddLeases(PromptState& state, ToolContext& context);
/// Entries of memory that have one of the longest words of a text.
void AddMemory(PromptState& state, ToolContext& context, std::string_view about);

/// The prompt's one message, by whoever has picked it.
PromptText MakePromptText(std::string description, std::string text);

}  // namespace skep::handlers
