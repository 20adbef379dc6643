#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "handlers/task_view.h"
#include "handlers/value_part.h"
#include "skep/tool.h"
#include "swarm/task.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view task_id;
  std::int64_t offset = 0;
  std::optional<std::int64_t> length;
  std::int64_t wait = 0;

  /// Who waits is woken as writers are.
  Effect effect() const { return wait > 0 ? Effect::kWrite : Effect::kRead; }

  static constexpr Field kFields[] = {
      Req<&Args::task_id>("taskId"),
      Opt<&Args::offset>("offset", "First byte of the result", {.min = 0}),
      Opt<&Args::length>("length", {}, {.min = 1}),
      Opt<&Args::wait>("wait", "Seconds to wait until it has ended", {0, limits::kMaxWaitS}),
  };
};

struct PartResult {
  std::string task_id;
  std::string title;
  swarm::TaskState state = swarm::TaskState::kBlocked;
  std::optional<std::string> result;
  std::optional<std::int64_t> size;

  static constexpr Field kFields[] = {
      Req<&PartResult::task_id>("taskId"),
      Req<&PartResult::title>("title"),
      Req<&PartResult::state>("state"),
      Opt<&PartResult::result>("result", "Its beginning, when size is there"),
      Opt<&PartResult::size>("size", "Bytes of the whole; ask for it by its taskId"),
  };
};

struct Result {
  std::string task_id;
  std::string title;
  swarm::TaskState state = swarm::TaskState::kBlocked;
  std::optional<std::string> owner;
  std::optional<std::string> result;
  std::optional<std::int64_t> size;
  std::optional<std::int64_t> next;
  std::optional<std::string> note;
  std::optional<UsageView> usage;
  std::optional<std::vector<PartResult>> subtasks;

  static constexpr Field kFields[] = {
      Req<&Result::task_id>("taskId"),
      Req<&Result::title>("title"),
      Req<&Result::state>("state"),
      Opt<&Result::owner>("owner"),
      Opt<&Result::result>("result", "Absent: there is none"),
      Opt<&Result::size>("size", "Bytes of the whole result; not of one that came whole"),
      Opt<&Result::next>("next", "Offset of the rest"),
      Opt<&Result::note>("note"),
      Opt<&Result::usage>("usage", "As reported"),
      Opt<&Result::subtasks>("subtasks"),
  };
};

/// Bytes of each subtask's result that the answer for the whole has; all of them together stay below a line's bound.
constexpr std::int64_t kShownOfPart = 2 * limits::kKiB;

Expected<Result> Run(const Args& args, ToolContext& context) {
  store::Database& database = context.database();
  const auto task = swarm::FindTask(database, args.task_id);
  if (!task) return std::unexpected(task.error());
  if (args.wait > 0 && !swarm::IsFinished(task->state)) {
    context.WaitFor({.what = Wait::For::kTaskEnd, .key = task->number, .ms = args.wait * 1000});
  }
  Result result{.task_id = task->id(),
                .title = task->title,
                .state = task->state,
                .note = task->note,
                .usage = View(task->usage)};
  if (task->owner != 0) result.owner = AgentId(task->owner);
  if (const auto whole = swarm::TaskResult(database, task->number)) {
    const auto part = TakePart(*whole, args.offset, args.length);
    if (!part) return std::unexpected(part.error());
    result.result = std::string(*part);
    if (part->size() < whole->size()) {
      result.size = std::ssize(*whole);
      const std::int64_t end = args.offset + std::ssize(*part);
      if (end < std::ssize(*whole)) result.next = end;
    }
  }
  if (task->subtasks == 0) return result;
  result.subtasks.emplace();
  for (const swarm::Task& part : swarm::Subtasks(database, task->number, limits::kMaxSubtasks)) {
    PartResult& view = result.subtasks->emplace_back();
    view.task_id = part.id();
    view.title = part.title;
    view.state = part.state;
    const auto whole = swarm::TaskResult(database, part.number);
    if (!whole) continue;
    const auto shown = TakePart(*whole, 0, kShownOfPart);
    if (!shown) return std::unexpected(shown.error());
    view.result = std::string(*shown);
    if (shown->size() < whole->size()) view.size = std::ssize(*whole);
  }
  return result;
}

}  // namespace

extern const Tool kTaskResults = MakeTool<Run>({
    .name = "task_results",
    .title = "Get a task's result",
    .description = "Gives what came of a task and of its subtasks.",
    .hints = {.read_only = true},
    .toolset = Toolset::kTasks,
});

}  // namespace skep::handlers
