#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/printable.h"
#include "handlers/completers.h"
#include "handlers/current_swarm.h"
#include "handlers/prompt_state.h"
#include "skep/resource.h"
#include "swarm/adaptive.h"
#include "swarm/routing.h"
#include "swarm/stored_enum.h"

namespace skep::handlers {
namespace {

using swarm::TaskState;

struct Args {
  std::optional<std::string_view> swarm;

  static constexpr Field kFields[] = {
      Opt<&Args::swarm>("swarm", "Id or name; left out: the current one, else the newest"),
  };
};

constexpr std::string_view kInstructions = R"(
Find out what slows this swarm down. Reason from what is written above and from what the tools answer; where nothing was measured, say so instead of guessing.
Call bottleneck_analyze first: it plays the tasks that have ended again, without each possible cause, and says which would have saved how much time, or that nothing binds. It knows only what has ended; what waits now is written above.
1. Which of these is it? Check each and give its evidence:
   - too few agents: ready tasks wait while nobody is idle;
   - the wrong agents: ready tasks require a capability that no agent alive has, or wait in the queue of an agent that is busy, offline or out of work after failures;
   - a chain: most tasks are blocked, and few of those they wait for can go on at the same time;
   - failures: attempts repeat, notes name the same cause, an agent gets no work after failures in a row;
   - files: agents wait for leases that others hold;
   - a silent owner: a claim without a word for long;
   - the topology: it lets only few agents have or pass on the work.
2. Look closer where it is not clear: task_status with taskId (history with times), task_status state=ready or blocked, agent_list, health_check (store, event loop), performance_report, error_analysis if this server lists it.
3. Say what the bottleneck is, by which figures, and how sure you are. Then the smallest change that would ease it, as tool calls: swarm_scale targetSize, agent_spawn with the missing capability, task_orchestrate to cut a long task, message_send to a silent owner, lease_release by a holder that is done. Ask me before you change anything.
)";

/// Ready tasks that nobody alive can take.
void AddUnmatched(PromptState& state, ToolContext& context, const swarm::Swarm& swarm) {
  /// Ready tasks looked at: the oldest, which wait the longest.
  constexpr std::int64_t kLookedAt = 50;
  const auto page = swarm::ListTasks(context.database(), swarm, TaskState::kReady, 0, kLookedAt);
  if (page.tasks.empty()) return;
  state.Line(fmt::format("The ready task that was made first: {}", TaskLine(context, page.tasks.front()).substr(2)));
  std::vector<std::string> missing;
  for (const swarm::Task& task : page.tasks) {
    if (task.required.empty() || std::ranges::find(missing, task.required) != missing.end()) continue;
    if (swarm::AnyoneIsCapable(context.database(), swarm, task.required)) continue;
    missing.push_back(task.required);
    state.Line(fmt::format("No agent alive has \"{}\", which {} requires.", Printable(task.required), task.id()));
  }
}

void AddSwitches(PromptState& state, ToolContext& context, const swarm::Swarm& swarm) {
  if (swarm.topology != swarm::Topology::kAdaptive) return;
  /// The last ones: what led here.
  constexpr std::int64_t kShown = 3;
  const auto changes = swarm::TopologyChanges(context.database(), swarm, kShown);
  if (changes.empty()) return state.Line("It has not switched its topology yet.");
  for (const swarm::TopologyChange& change : changes) {
    state.Line(fmt::format("Switched from {} to {} at {}: {}", swarm::NameOf(change.from), swarm::NameOf(change.to),
                           TimeText(change.at_ms), Printable(change.reason, 200)));
  }
}

Expected<PromptText> Run(const Args& args, ToolContext& context) {
  const auto swarm = SwarmInView(context, args.swarm);
  if (!swarm) return std::unexpected(swarm.error());
  PromptState state;
  AddSwarm(state, *swarm);
  AddTaskCounts(state, context, *swarm);
  AddUnmatched(state, context, *swarm);
  AddSwitches(state, context, *swarm);
  AddAgents(state, context, *swarm);
  static constexpr TaskState kTold[] = {TaskState::kFailed, TaskState::kClaimed, TaskState::kBlocked};
  AddTasks(state, context, *swarm, kTold, 4);
  AddLeases(state, context);
  return MakePromptText(fmt::format("What slows swarm {} down", swarm->id()),
                        fmt::format("As of {}:\n{}{}", TimeText(context.now_ms()), state.Take(), kInstructions));
}

constexpr Completer kCompleters[] = {{"swarm", OfferSwarms}};

}  // namespace

extern const Prompt kPromptInvestigateBottleneck = MakePrompt<Run>({
    .name = "investigate_bottleneck",
    .title = "Investigate a bottleneck",
    .description = "Finds out what slows a swarm down, from what was measured.",
    .completers = kCompleters,
});

}  // namespace skep::handlers
