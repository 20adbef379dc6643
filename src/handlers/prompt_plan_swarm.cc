#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/printable.h"
#include "handlers/prompt_state.h"
#include "skep/resource.h"
#include "swarm/swarm.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view objective;
  std::optional<std::string_view> agents;

  static constexpr Field kFields[] = {
      Req<&Args::objective>("objective", "What is to be achieved", {1, limits::kMaxBody}),
      Opt<&Args::agents>("agents", "How many agents there may be: 1 to 10000"),
  };
};
static_assert(limits::kMaxAgents == 10'000, "what is said of agents");

constexpr std::string_view kInstructions = R"(
Plan and start a swarm for this objective.
1. Look first: memory_search for what is known of it, and what is listed above. If an active swarm above already serves the objective, join it instead of making another.
2. Cut the objective into tasks. Each is a piece that one agent can finish in one sitting and that somebody can check: a title, a body with what to do, where, and how to tell that it is done. Name what a task needs before it can begin as its dependencies. Tasks that edit the same files should not be ready at the same time.
3. Choose the topology by the shape of the work:
   - mesh: independent tasks; an agent without work takes from the others' queues.
   - star: one queue for everyone; agents write only to the hub and it to them.
   - hierarchical: parts that differ in skill; leads (agents that others have as parent) get the work of their teams, and failures go up to them.
   - ring: every task passes through each agent in turn, as design, code, test, review.
   - adaptive: when that is not known; it switches by what it measures.
4. Start it: swarm_init with topology, maxAgents{agents}, name and objective. Then agent_spawn for each agent that will really work, with a type (architect, coder, tester, reviewer, …) and capabilities; a capability that a task requires must be one that some agent has. agent_spawn registers an agent and starts no process: someone must act as it.
5. Hand out the work: one task_orchestrate with task (the objective as a title), body, and subtasks as objects with title, body, dependencies (titles in the same call), requires, priority. strategy=sequential only if each needs the one before it.
6. Store the plan: memory_usage action=store with a key like "plan/<name>" and the text, so that others find it.
7. Tell me the swarm's id, the tasks in the order in which they can begin, and what you were unsure of. Every agent then works by task_claim (wait=60), lease_acquire on the files it edits, and task_update with the claim's epoch.
)";

Expected<std::optional<std::int64_t>> ReadAgents(const Args& args) {
  if (!args.agents || args.agents->empty()) return std::nullopt;
  std::int64_t agents = 0;
  const char* const end = args.agents->data() + args.agents->size();
  const auto [rest, error] = std::from_chars(args.agents->data(), end, agents);
  if (error != std::errc() || rest != end || agents < 1 || agents > limits::kMaxAgents) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("agents must be an integer from 1 to {}, got \"{}\"", limits::kMaxAgents,
                            Printable(*args.agents, limits::kMaxQuoted)));
  }
  return agents;
}

Expected<PromptText> Run(const Args& args, ToolContext& context) {
  const auto agents = ReadAgents(args);
  if (!agents) return std::unexpected(agents.error());
  /// Swarms that are shown: the planner is to join one of them rather than to make a further one.
  constexpr std::int64_t kShownSwarms = 5;
  PromptState state;
  std::int64_t active = 0;
  for (const swarm::Swarm& swarm : swarm::ListSwarms(context.database(), kShownSwarms)) {
    if (swarm.status != swarm::SwarmStatus::kActive) continue;
    ++active;
    AddSwarm(state, swarm);
    AddAgents(state, context, swarm);
    AddTaskCounts(state, context, swarm);
  }
  const std::int64_t all = swarm::TakeCensus(context.database()).active_swarms;
  if (active == 0) state.Line("No swarm is active in this project.");
  if (all > active) state.Line(fmt::format("And {} more active swarms (resource skep://swarms).", all - active));
  AddMemory(state, context, args.objective);

  std::string instructions(kInstructions);
  constexpr std::string_view kPlace = "{agents}";
  instructions.replace(instructions.find(kPlace), kPlace.size(),
                       *agents ? fmt::format(" ({}, as I have asked for)", **agents)
                               : std::string(" (as many as there are tasks that can go on at the same time)"));
  return MakePromptText("Plans and starts a swarm for an objective",
                        fmt::format("My objective:\n{}\nThe project as of {}:\n{}{}", Quoted(args.objective),
                                    TimeText(context.now_ms()), state.Take(), instructions));
}

}  // namespace

extern const Prompt kPromptPlanSwarm = MakePrompt<Run>({
    .name = "plan_swarm",
    .title = "Plan a swarm",
    .description = "Cuts an objective into tasks and starts a swarm for it.",
});

}  // namespace skep::handlers
