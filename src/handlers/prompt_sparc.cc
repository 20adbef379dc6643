#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/limits.h"
#include "handlers/completers.h"
#include "handlers/current_swarm.h"
#include "handlers/prompt_state.h"
#include "skep/resource.h"
#include "swarm/task.h"

// The modes of SPARC (specification, pseudocode, architecture, refinement, completion): one prompt for each, all made
// from one table.

namespace skep::handlers {
namespace {

struct Args {
  std::string_view task;
  std::optional<std::string_view> swarm;

  static constexpr Field kFields[] = {
      Req<&Args::task>("task", "What is to be done, or a task's id", {1, limits::kMaxBody}),
      Opt<&Args::swarm>("swarm", "Id or name; left out: the current one, else the newest"),
  };
};

struct Mode {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::string_view agent_type;  ///< As agent_spawn takes it.
  std::string_view role;
  std::string_view steps;
  std::string_view output;  ///< The last part of the key that its work is stored under.
};

constexpr std::array<Mode, 7> kModes = {{
    {.name = "sparc_spec-pseudocode",
     .title = "SPARC: specification and pseudocode",
     .description = "Works out what is to be built, and how in pseudocode.",
     .agent_type = "analyst",
     .role =
         "You specify. You write down what is wanted, precisely enough that others can build and test it; you write "
         "no production code.",
     .steps =
         "1. Collect the requirements: what it must do, for whom, what it must not do, limits and figures. Mark "
         "what you assume as an assumption, and ask me what only I can know.\n"
         "2. Write acceptance criteria that a test can check, each with its input and its outcome, errors and edge "
         "cases among them.\n"
         "3. Write the pseudocode of the parts that are not obvious: data, steps, what happens on failure. Name "
         "the places where it can be tested.",
     .output = "specification"},
    {.name = "sparc_architect",
     .title = "SPARC: architecture",
     .description = "Designs the parts, their interfaces and the order in which to build them.",
     .agent_type = "architect",
     .role = "You design. You decide the parts, what each promises, and how they fit what is already there; you change "
             "no code.",
     .steps = "1. Read the specification and the code it touches. Keep to the structure that is there unless it is in "
              "the way, and then say why.\n"
              "2. Describe the parts, their interfaces and data, who owns what, how errors travel, and the decisions "
              "you took with what speaks against them.\n"
              "3. Cut it into tasks that can be built and tested one by one, with what each depends on: "
              "task_orchestrate with subtasks (title, body, dependencies by title, requires).",
     .output = "architecture"},
    {.name = "sparc_coder",
     .title = "SPARC: code",
     .description = "Builds what was specified and designed, in small tested steps.",
     .agent_type = "coder",
     .role = "You build. You make what the specification says, in the shape that the architecture says, and nothing "
             "else.",
     .steps = "1. Read both first. If they contradict the code or each other, say so instead of choosing in silence.\n"
              "2. Lease the files you will edit, and work in small steps that each leave the tests passing. No secrets "
              "and no settings of one machine in the code.\n"
              "3. Handle what users get wrong with an error that says what to do; test each acceptance criterion.",
     .output = "code"},
    {.name = "sparc_tester",
     .title = "SPARC: tests",
     .description = "Writes and runs tests for what was specified.",
     .agent_type = "tester",
     .role = "You test. You try to show that it does not do what was specified; you change tests, and no other code.",
     .steps = "1. Take the acceptance criteria one by one; where one cannot be tested, say why.\n"
              "2. Write tests that fail for the right reason before they pass: the ordinary case, the edges, the "
              "errors, and what happens twice or at the same time.\n"
              "3. Run them. For each failure make a task that names the input, what came and what was expected "
              "(task_orchestrate). Report what was run, how often, and what was not.",
     .output = "tests"},
    {.name = "sparc_reviewer",
     .title = "SPARC: review",
     .description = "Reviews a change against its specification and for what it breaks.",
     .agent_type = "reviewer",
     .role = "You review. You look for what is wrong, missing or unsafe; you change no code.",
     .steps = "1. Read the specification, then the change itself and what calls it; not only its description.\n"
              "2. Check: does it do what was asked, on errors too; what else does it change; is input trusted that "
              "should not be; is it bounded; would a newcomer understand it.\n"
              "3. List what you found by weight, each with file, place, what happens and what would be right. Say what "
              "you did not look at. Make a task of each thing that must change (task_orchestrate), and write to the "
              "author (message_send).",
     .output = "review"},
    {.name = "sparc_documenter",
     .title = "SPARC: documentation",
     .description = "Documents what was built, from the code as it is.",
     .agent_type = "documenter",
     .role = "You document. You write for who uses or changes it next; you change documents and comments only.",
     .steps = "1. Read the code and run it: document what it does, not what was planned. Every example must have been "
              "run.\n"
              "2. Write what it is for, how to begin, every option with its default and bounds, what can go wrong and "
              "what to do then.\n"
              "3. Correct what is no longer true elsewhere, and report where code and specification differ.",
     .output = "documentation"},
    {.name = "sparc_refactor",
     .title = "SPARC: refactoring",
     .description = "Makes code simpler without changing what it does.",
     .agent_type = "optimizer",
     .role = "You refactor. What the code does stays exactly as it is; how it does so becomes easier to read, or "
             "measurably faster.",
     .steps = "1. Make sure that tests hold what it does now; write those that are missing first.\n"
              "2. Lease the files. Change one thing at a time, and run the tests after each: double code, names, files "
              "that do several things, functions that do not fit on a screen, what nothing uses.\n"
              "3. Where speed is the aim, measure before and after in the same way, and give both figures. Undo what "
              "gains nothing.",
     .output = "refactoring"},
}};

constexpr std::string_view kWork = R"(
Work as one of the swarm:
- Act under one agentId: agent_spawn with type={0} unless you have one ({1}).
- Before you begin: memory_search for what others found, and read what is listed above with memory_usage action=retrieve.
- A task of the swarm is yours only by task_claim (agentId, and taskId or wait=60). Its answer has an epoch; every task_update names it: state=progress at least every 20 minutes, then succeeded with the result, or failed with a note that says why. If an update is refused, the task may be another's by now: stop, and do what the refusal says.
- lease_acquire the files before you edit them, lease_release after. If somebody holds them, wait, ask with message_send, or do something else.
- When you are done: memory_usage action=store, namespace "sparc", key "{2}/{3}", with what the next one needs, and tell me in a few lines what you did, what you left out and why.
)";

/// What the argument stands for: a task that there is, or a text.
struct Subject {
  std::string text;   ///< Ready to be put into the prompt.
  std::string about;  ///< To look for in memory.
  std::string key;    ///< The first part of keys: a task's id, or a place for a name.
};

Expected<Subject> ReadSubject(std::string_view argument, ToolContext& context) {
  if (!ParseId("tk", argument)) {
    return Subject{.text = "What is to be done:\n" + Quoted(argument),
                   .about = std::string(argument),
                   .key = "<a short name for it>"};
  }
  const auto task = swarm::FindTask(context.database(), argument);
  if (!task) return std::unexpected(task.error());
  const std::string body = swarm::TaskBody(context.database(), task->number);
  return Subject{.text = fmt::format("The task:\n{}\n{}", TaskLine(context, *task),
                                     body.empty() ? "It has no text besides its title.\n" : Quoted(body)),
                 .about = task->title + "\n" + body,
                 .key = task->id()};
}

template <std::size_t mode_number>
Expected<PromptText> Run(const Args& args, ToolContext& context) {
  using swarm::TaskState;
  const Mode& mode = kModes[mode_number];
  const auto subject = ReadSubject(args.task, context);
  if (!subject) return std::unexpected(subject.error());
  const auto swarm = SwarmInView(context, args.swarm);
  if (!swarm && (args.swarm || swarm.error().code != ErrorCode::kNotFound)) return std::unexpected(swarm.error());
  PromptState state;
  if (swarm) {
    AddSwarm(state, *swarm);
    AddTaskCounts(state, context, *swarm);
    AddMemory(state, context, subject->about);
    AddAgents(state, context, *swarm);
    static constexpr TaskState kTold[] = {TaskState::kClaimed, TaskState::kReady, TaskState::kFailed};
    AddTasks(state, context, *swarm, kTold, 3);
  } else {
    state.Line("No swarm is active in this project: swarm_init makes one.");
    AddMemory(state, context, subject->about);
  }
  AddLeases(state, context);
  const std::string_view whose = swarm ? "it joins the swarm above" : "after swarm_init";
  return MakePromptText(
      std::string(mode.description),
      fmt::format("{}\n\n{}\nAs of {}:\n{}\nYour part:\n{}\n{}", mode.role, subject->text, TimeText(context.now_ms()),
                  state.Take(), mode.steps,
                  fmt::format(fmt::runtime(kWork), mode.agent_type, whose, subject->key, mode.output)));
}

constexpr Completer kCompleters[] = {{"task", OfferTasks}, {"swarm", OfferSwarms}};

template <std::size_t mode>
constexpr Prompt MakeMode() {
  return MakePrompt<&Run<mode>>({.name = kModes[mode].name,
                                 .title = kModes[mode].title,
                                 .description = kModes[mode].description,
                                 .completers = kCompleters});
}

}  // namespace

extern const std::array<Prompt, 7> kPromptsSparc = {MakeMode<0>(), MakeMode<1>(), MakeMode<2>(), MakeMode<3>(),
                                                    MakeMode<4>(), MakeMode<5>(), MakeMode<6>()};

}  // namespace skep::handlers
