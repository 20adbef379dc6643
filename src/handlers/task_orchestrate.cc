#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/printable.h"
#include "handlers/current_swarm.h"
#include "handlers/task_view.h"
#include "skep/tool.h"
#include "swarm/routing.h"
#include "swarm/task_graph.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view task;
  std::string_view body;
  swarm::Orchestration strategy = swarm::Orchestration::kParallel;
  swarm::Priority priority = swarm::Priority::kMedium;
  std::vector<std::string_view> dependencies;
  std::vector<TaskArgs> subtasks;
  std::string_view required;
  std::int64_t max_attempts = 3;
  std::optional<std::string_view> swarm_id;

  static constexpr Field kFields[] = {
      Req<&Args::task>("task", {}, {1, limits::kMaxTitle}),
      Opt<&Args::body>("body"),
      Opt<&Args::strategy>("strategy", "sequential: one after the other"),
      Opt<&Args::priority>("priority"),
      Opt<&Args::dependencies>("dependencies", "Task ids", {.max = limits::kMaxDependencies}),
      Opt<&Args::subtasks>("subtasks", "The task ends with the last", {.max = limits::kMaxSubtasks}),
      Opt<&Args::required>("requires", "Capability"),
      Opt<&Args::max_attempts>("maxAttempts", {}, {1, limits::kMaxAttempts}),
      Opt<&Args::swarm_id>("swarmId"),
  };
};

struct Part {
  std::string task_id;
  std::string title;
  swarm::TaskState state = swarm::TaskState::kBlocked;

  static constexpr Field kFields[] = {
      Req<&Part::task_id>("taskId"),
      Req<&Part::title>("title"),
      Req<&Part::state>("state"),
  };
};

struct Result {
  std::string task_id;
  std::string swarm_id;
  swarm::TaskState state = swarm::TaskState::kBlocked;
  swarm::Orchestration strategy = swarm::Orchestration::kParallel;
  std::optional<std::string> because;
  std::vector<Part> subtasks;
  std::optional<std::string> note;

  static constexpr Field kFields[] = {
      Req<&Result::task_id>("taskId"),
      Req<&Result::swarm_id>("swarmId"),
      Req<&Result::state>("state"),
      Req<&Result::strategy>("strategy", "The one in force"),
      Opt<&Result::because>("because", "Why it was chosen, for adaptive"),
      Req<&Result::subtasks>("subtasks"),
      Opt<&Result::note>("note", "Whom it lacks"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  const swarm::TaskRequest whole = {.title = args.task,
                                    .body = args.body,
                                    .priority = args.priority,
                                    .required = args.required,
                                    .dependencies = args.dependencies,
                                    .max_attempts = args.max_attempts};
  std::vector<swarm::TaskRequest> parts;
  parts.reserve(args.subtasks.size());
  for (const TaskArgs& part : args.subtasks) parts.push_back(part.Request(whole));
  auto made = swarm::Orchestrate(context.database(), *swarm, whole, parts, args.strategy, context.now());
  if (!made) return std::unexpected(made.error());
  Result result{
      .task_id = made->task.id(), .swarm_id = swarm->id(), .state = made->task.state, .strategy = made->chosen};
  if (!made->because.empty()) result.because = made->because;
  for (const swarm::Task& part : made->parts) {
    result.subtasks.push_back({.task_id = part.id(), .title = part.title, .state = part.state});
  }
  const auto lacks = [&](std::string_view required) {
    return !required.empty() && !swarm::AnyoneIsCapable(context.database(), *swarm, required);
  };
  std::string_view missing = lacks(args.required) ? args.required : std::string_view();
  for (const swarm::TaskRequest& part : parts) {
    if (missing.empty() && lacks(part.required)) missing = part.required;
  }
  if (!missing.empty()) {
    result.note = fmt::format("no agent alive is registered for \"{}\": agent_spawn one with that capability",
                              Printable(missing, limits::kMaxQuoted));
  }
  return result;
}

}  // namespace

extern const Tool kTaskOrchestrate = MakeTool<Run>({
    .name = "task_orchestrate",
    .title = "Create tasks",
    .description = "Creates a task, or one with subtasks that depend on one another. Agents get them with task_claim.",
    .toolset = Toolset::kTasks,
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
