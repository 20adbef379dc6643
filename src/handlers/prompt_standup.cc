#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "handlers/completers.h"
#include "handlers/current_swarm.h"
#include "handlers/prompt_state.h"
#include "skep/resource.h"

namespace skep::handlers {
namespace {

struct Args {
  std::optional<std::string_view> swarm;

  static constexpr Field kFields[] = {
      Opt<&Args::swarm>("swarm", "Id or name; left out: the current one, else the newest"),
  };
};

constexpr std::string_view kInstructions = R"(
Hold a stand-up for this swarm, from what is written above and nothing else; where it says nothing, say that nothing is known.
1. In one line each: what was finished, what is being worked on and by whom, what waits and for what, what failed and why.
2. If a note above is not enough, look: task_status with taskId shows a task's history, task_results what came of it, agent_list who is there, memory_search what was written down.
3. Name what needs a decision: a failed task that should be tried again (task_orchestrate makes it anew), one that nobody can do (it requires a capability that no agent has), idle agents beside ready tasks, a claim without a word for long.
4. Propose at most three next steps, each as the tool call that would make it, and ask me before you change anything.
)";

Expected<PromptText> Run(const Args& args, ToolContext& context) {
  using swarm::TaskState;
  const auto swarm = SwarmInView(context, args.swarm);
  if (!swarm) return std::unexpected(swarm.error());
  PromptState state;
  AddSwarm(state, *swarm);
  AddTaskCounts(state, context, *swarm);
  AddAgents(state, context, *swarm);
  static constexpr TaskState kTold[] = {TaskState::kFailed, TaskState::kClaimed, TaskState::kReady, TaskState::kBlocked,
                                        TaskState::kSucceeded};
  AddTasks(state, context, *swarm, kTold, 4);
  AddLeases(state, context);
  return MakePromptText(fmt::format("How swarm {} stands", swarm->id()),
                        fmt::format("As of {}:\n{}{}", TimeText(context.now_ms()), state.Take(), kInstructions));
}

constexpr Completer kCompleters[] = {{"swarm", OfferSwarms}};

}  // namespace

extern const Prompt kPromptStandup = MakePrompt<Run>({
    .name = "standup",
    .title = "Stand-up",
    .description = "Sums up what a swarm has done, does and waits for.",
    .completers = kCompleters,
});

}  // namespace skep::handlers
