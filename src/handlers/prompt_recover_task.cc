#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/printable.h"
#include "handlers/completers.h"
#include "handlers/prompt_state.h"
#include "handlers/task_view.h"
#include "skep/resource.h"
#include "swarm/agent.h"
#include "swarm/lease.h"
#include "swarm/stored_enum.h"

namespace skep::handlers {
namespace {

using swarm::TaskState;

struct Args {
  std::string_view task;

  static constexpr Field kFields[] = {
      Req<&Args::task>("task", "The id of the task that got lost, failed or stalled"),
  };
};

/// What can be done depends on where it is.
std::string_view NextStep(const swarm::Task& task) {
  switch (task.state) {
    case TaskState::kClaimed:
      return "It is claimed. Its owner may still be at it: ask with message_send first, and wait for an answer (inbox "
             "with wait). Only the owner can give it back (task_update state=released with its epoch); without a word "
             "from the owner the claim ends by itself 30 minutes after the last report, and at once when the owner's "
             "session ends. Then task_claim with taskId. Do not work on it before you have claimed it.";
    case TaskState::kReady:
      return "It is ready: task_claim with agentId (yours) and taskId. If that is refused, the refusal says why.";
    case TaskState::kBlocked:
      return "It is blocked: what it waits for has to end first. See which of these can go on, and claim that one.";
    case TaskState::kFailed:
    case TaskState::kCancelled:
      return "It has ended, and no task that has ended can be claimed again. Make it anew: task_orchestrate with the "
             "same title, requires and priority, and a body that says what went wrong and what to do differently. What "
             "depended on it was cancelled with it: make that anew too, with the new task's id in dependencies.";
    case TaskState::kSucceeded:
      return "It has succeeded: there is nothing to recover. Check its result (task_results) if you doubt it, and make "
             "a new task for what is missing.";
  }
  return "";
}
static_assert(limits::kClaimMs == 30LL * 60 * 1000, "what is said of a claim");

constexpr std::string_view kRules = R"(
How to go about it:
1. Read what was done: the history and note above, task_results with taskId for what came of it and of its subtasks, and the memory keys above (memory_usage action=retrieve).
2. Find out why it did not end well before you begin again; a third attempt that does the same fails the same way.
3. Before you edit, lease_acquire the files. A lease of the last owner ends with its session or at its time; until then ask, or work elsewhere. Look at the files themselves: half an edit may be there.
4. The claim gives you an epoch. Every task_update names that epoch: state=progress at least every 20 minutes, then succeeded with the result or failed with a note. The epochs above are over: never use one of them. If an update is refused, the task is another's by now: stop, and do what the refusal says.
5. Tell me what had happened, what you did and what is left.
)";

void AddOwner(PromptState& state, ToolContext& context, const swarm::Task& task) {
  if (task.owner == 0) return state.Line("Nobody has claimed it yet.");
  const bool works = task.state == TaskState::kClaimed;
  std::string line = fmt::format("{}: {}", works ? "Its owner" : "Its last owner", AgentLabel(context, task.owner));
  const auto swarm = swarm::FindSwarm(context.database(), FormatId("sw", task.swarm));
  if (!swarm) return state.Line(line);
  const auto agent = swarm::FindAgent(context.database(), *swarm, AgentId(task.owner));
  if (!agent) return state.Line(line);
  line += fmt::format(", {} now, with {} tasks succeeded and {} attempts failed", swarm::NameOf(agent->state),
                      agent->succeeded, agent->failed);
  if (works) {
    const Moment now = context.now();
    line += fmt::format("; the claim has epoch {} and ends at {} without a word from it", task.epoch,
                        TimeText(now.wall_ms + (task.deadline - now.boot_ms)));
  }
  state.Line(line + ".");
  /// Leases of the owner that are named.
  constexpr std::size_t kShown = 5;
  const auto leases = swarm::LeasesOf(context.database(), *agent, context.now());
  if (leases.empty()) state.Line("It holds no leases.");
  for (std::size_t i = 0; i < std::min(leases.size(), kShown); ++i) {
    state.Line(fmt::format("- it holds {} ({}) until {}", Printable(leases[i].path, 100), swarm::NameOf(leases[i].mode),
                           TimeText(leases[i].UntilMs(context.now()))));
  }
  if (leases.size() > kShown) state.Line(fmt::format("- and {} more leases", leases.size() - kShown));
}

void AddHistory(PromptState& state, ToolContext& context, const swarm::Task& task) {
  /// Its end: what led to where it is.
  constexpr std::ptrdiff_t kShown = 10;
  const auto events = swarm::TaskHistory(context.database(), task.number);
  if (events.empty()) return state.Line("It has no history.");
  const auto first = events.end() - std::min(kShown, std::ssize(events));
  state.Line(first == events.begin() ? std::string("Its history:")
                                     : fmt::format("The last {} lines of its history:", kShown));
  for (auto event = first; event != events.end(); ++event) {
    std::string line = fmt::format("- {} {}, epoch {}", TimeText(event->at_ms), event->event, event->epoch);
    if (event->agent != 0) line += fmt::format(", {}", AgentId(event->agent));
    if (event->detail) line += fmt::format(": \"{}\"", Printable(*event->detail, 120));
    state.Line(line);
  }
}

void AddNeeded(PromptState& state, ToolContext& context, const swarm::Task& task) {
  /// Tasks that it needs and that are named.
  constexpr std::size_t kShown = 6;
  std::vector<std::string> open;
  std::size_t more = 0;
  for (const std::int64_t number : swarm::Dependencies(context.database(), task.number)) {
    const auto needed = swarm::ReadTask(context.database(), number);
    if (!needed || needed->state == TaskState::kSucceeded) continue;
    open.size() < kShown ? open.push_back(TaskLine(context, *needed)) : static_cast<void>(++more);
  }
  if (open.empty()) return;
  state.Line("It needs these, which have not succeeded:");
  for (const std::string& line : open) state.Line(line);
  if (more > 0) state.Line(fmt::format("- and {} more", more));
}

Expected<PromptText> Run(const Args& args, ToolContext& context) {
  const auto task = swarm::FindTask(context.database(), args.task);
  if (!task) return std::unexpected(task.error());
  PromptState state;
  state.Line(TaskLine(context, *task).substr(2));
  AddOwner(state, context, *task);
  AddNeeded(state, context, *task);
  AddHistory(state, context, *task);
  AddMemory(state, context, task->title);
  const std::string body = swarm::TaskBody(context.database(), task->number);
  return MakePromptText(
      fmt::format("Takes up task {} again", task->id()),
      fmt::format("Recover task {}. As of {}:\n{}\nWhat was to be done:\n{}\n{}\n{}", task->id(),
                  TimeText(context.now_ms()), state.Take(), body.empty() ? "(only the title says it)\n" : Quoted(body),
                  NextStep(*task), kRules));
}

constexpr Completer kCompleters[] = {{"task", OfferLostTasks}};

}  // namespace

extern const Prompt kPromptRecoverTask = MakePrompt<Run>({
    .name = "recover_task",
    .title = "Recover a task",
    .description = "Takes up a task that failed, stalled or lost its owner.",
    .completers = kCompleters,
});

}  // namespace skep::handlers
