#include "handlers/prompt_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/printable.h"
#include "base/time_text.h"
#include "handlers/task_view.h"
#include "swarm/agent.h"
#include "swarm/lease.h"
#include "swarm/memory.h"
#include "swarm/snippet.h"
#include "swarm/stored_enum.h"

namespace skep::handlers {
namespace {

/// Bytes of a title, of an objective and of a note that a line has.
constexpr std::size_t kShownTitle = 100;
constexpr std::size_t kShownObjective = 300;
constexpr std::size_t kShownNote = 160;
/// Lines of a kind: enough to see how things stand; the tools have the rest.
constexpr std::int64_t kShownAgents = 12;
constexpr std::int64_t kShownLeases = 8;
/// Words that are looked for in memory, entries for each, and the shortest that says something.
constexpr std::size_t kWords = 5;
constexpr std::int64_t kEntriesPerWord = 3;
constexpr std::size_t kShortWord = 4;

std::string Title(std::string_view title) { return fmt::format("\"{}\"", Printable(title, kShownTitle)); }

/// The longest words of a text, the longest first, each once.
std::vector<std::string> LongestWords(std::string_view text) {
  const auto part_of_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  std::vector<std::string> words;
  for (auto at = text.begin(); at != text.end();) {
    const auto begin = std::find_if(at, text.end(), part_of_word);
    at = std::find_if_not(begin, text.end(), part_of_word);
    std::string word(begin, at);
    const bool telling = word.size() >= kShortWord && word.size() <= limits::kMaxName;
    if (telling && std::ranges::find(words, word) == words.end()) words.push_back(std::move(word));
  }
  std::ranges::sort(words, [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  if (words.size() > kWords) words.resize(kWords);
  return words;
}

std::string_view Heading(swarm::TaskState state) {
  switch (state) {
    case swarm::TaskState::kBlocked:
      return "Blocked by tasks that have to end first:";
    case swarm::TaskState::kReady:
      return "Ready to be claimed:";
    case swarm::TaskState::kClaimed:
      return "Being worked on:";
    case swarm::TaskState::kSucceeded:
      return "Succeeded, the newest tasks:";
    case swarm::TaskState::kFailed:
      return "Failed, the newest tasks:";
    case swarm::TaskState::kCancelled:
      return "Cancelled, the newest tasks:";
  }
  return "";
}

}  // namespace

void PromptState::Line(std::string_view line) {
  if (left_out_ > 0 || line.size() + 1 > left_) {
    ++left_out_;
    return;
  }
  left_ -= line.size() + 1;
  text_.append(line).append(1, '\n');
}

std::string PromptState::Take() {
  if (left_out_ > 0) {
    fmt::format_to(std::back_inserter(text_),
                   "({} more lines have no room here: agent_list, task_status and memory_search have them.)\n",
                   left_out_);
  }
  return std::move(text_);
}

std::string TimeText(std::int64_t ms) {
  char text[kTimeTextSize];
  return std::string(FormatTime(ms, text));
}

std::string Quoted(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::size_t left = limits::kMaxPromptQuote - std::min(limits::kMaxPromptQuote, out.size());
    if (left < 2 * kShownTitle) {
      fmt::format_to(std::back_inserter(out), "> … ({} more bytes)\n", text.size());
      break;
    }
    fmt::format_to(std::back_inserter(out), "> {}\n", Printable(text.substr(0, end), left - kShownTitle));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string AgentLabel(ToolContext& context, std::int64_t agent) {
  const auto swarm_id = swarm::SwarmIdOf(context.database(), agent);
  if (!swarm_id) return AgentId(agent);
  const auto swarm = swarm::FindSwarm(context.database(), *swarm_id);
  if (!swarm) return AgentId(agent);
  const auto found = swarm::FindAgent(context.database(), *swarm, AgentId(agent));
  return found ? fmt::format("{} \"{}\"", found->id(), Printable(found->name)) : AgentId(agent);
}

std::string TaskLine(ToolContext& context, const swarm::Task& task) {
  using swarm::TaskState;
  std::string line = fmt::format("- {} {} ({}, priority {}", task.id(), Title(task.title), swarm::NameOf(task.state),
                                 swarm::NameOf(task.priority));
  const auto add = std::back_inserter(line);
  if (!task.required.empty()) fmt::format_to(add, ", requires \"{}\"", Printable(task.required));
  if (task.subtasks > 0) {
    fmt::format_to(add, ", done when its {} subtasks are", task.subtasks);
  } else if (task.attempts > 0) {
    fmt::format_to(add, ", attempt {} of {}", task.attempts, task.max_attempts);
  }
  if (task.state == TaskState::kClaimed) {
    fmt::format_to(add, ", {} since {}", AgentLabel(context, task.owner), TimeText(task.claimed_ms));
  }
  if (task.state == TaskState::kReady && task.ready_ms != 0) {
    fmt::format_to(add, ", since {}", TimeText(task.ready_ms));
  }
  if (task.state == TaskState::kBlocked) fmt::format_to(add, ", waits for {}", task.blockers);
  if (swarm::IsFinished(task.state)) fmt::format_to(add, ", ended {}", TimeText(task.finished_ms));
  line += ")";
  if (task.note && !task.note->empty()) fmt::format_to(add, ": \"{}\"", Printable(*task.note, kShownNote));
  return line;
}

void AddSwarm(PromptState& state, const swarm::Swarm& swarm) {
  const std::string mode =
      swarm.topology == swarm::Topology::kAdaptive ? fmt::format(" (now {})", swarm::NameOf(swarm.mode)) : "";
  state.Line(fmt::format("Swarm {} \"{}\": {}, topology {}{}, at most {} agents alive.", swarm.id(),
                         Printable(swarm.name), swarm::NameOf(swarm.status), swarm::NameOf(swarm.topology), mode,
                         swarm.max_agents));
  state.Line(swarm.objective.empty()
                 ? std::string("It has no objective.")
                 : fmt::format("Its objective: \"{}\"", Printable(swarm.objective, kShownObjective)));
}

void AddAgents(PromptState& state, ToolContext& context, const swarm::Swarm& swarm) {
  using swarm::AgentState;
  store::Database& database = context.database();
  const auto counts = swarm::CountAgents(database, swarm).by_state;
  const auto of = [&](AgentState one) { return counts[static_cast<std::size_t>(one)]; };
  const std::int64_t alive = of(AgentState::kIdle) + of(AgentState::kBusy);
  if (alive + of(AgentState::kOffline) == 0) return state.Line("No agents have been spawned yet.");
  state.Line(fmt::format("Agents: {} idle, {} busy, {} offline.", of(AgentState::kIdle), of(AgentState::kBusy),
                         of(AgentState::kOffline)));
  for (const swarm::Agent& agent : swarm::AliveFirst(database, swarm, std::min(alive, kShownAgents))) {
    std::string line = fmt::format("- {} \"{}\" ({}{}{}): {}", agent.id(), Printable(agent.name), agent.type,
                                   agent.capabilities.empty() ? "" : "; ",
                                   Printable(fmt::format("{}", fmt::join(agent.capabilities, ", ")), kShownTitle),
                                   swarm::NameOf(agent.state));
    if (const auto task = agent.task == 0 ? std::nullopt : swarm::ReadTask(database, agent.task)) {
      line += fmt::format(" with {} {}", task->id(), Title(task->title));
    }
    if (agent.breaker.state(context.now_ms()) == swarm::BreakerState::kOpen) {
      line += fmt::format(", gets no work until {} after failures in a row", TimeText(agent.breaker.until_ms));
    }
    state.Line(line);
  }
  if (alive > kShownAgents) state.Line(fmt::format("- and {} more (agent_list)", alive - kShownAgents));
}

void AddTaskCounts(PromptState& state, ToolContext& context, const swarm::Swarm& swarm) {
  const TaskCounts counts = CountsOf(context.database(), swarm);
  const std::int64_t finished = counts.succeeded + counts.failed + counts.cancelled;
  if (counts.blocked + counts.ready + counts.claimed + finished == 0) return state.Line("There are no tasks yet.");
  state.Line(fmt::format("Tasks: {} ready, {} claimed, {} blocked, {} succeeded, {} failed, {} cancelled.",
                         counts.ready, counts.claimed, counts.blocked, counts.succeeded, counts.failed,
                         counts.cancelled));
  if (finished == 0) state.Line("No tasks have finished yet.");
}

void AddTasks(PromptState& state, ToolContext& context, const swarm::Swarm& swarm,
              std::span<const swarm::TaskState> states, std::int64_t each) {
  for (const swarm::TaskState one : states) {
    const auto tasks = swarm::NewestTasks(context.database(), swarm, one, each + 1);
    if (tasks.empty()) continue;
    state.Line(Heading(one));
    const std::size_t shown = std::min(tasks.size(), static_cast<std::size_t>(each));
    for (std::size_t i = 0; i < shown; ++i) state.Line(TaskLine(context, tasks[i]));
    if (shown < tasks.size()) state.Line(fmt::format("- and more (task_status state={})", swarm::NameOf(one)));
  }
}

void AddLeases(PromptState& state, ToolContext& context) {
  const Moment now = context.now();
  const auto leases = swarm::ListLeases(context.database(), kShownLeases + 1, now);
  if (leases.empty()) return state.Line("No files are leased.");
  state.Line("Leased files:");
  const std::size_t shown = std::min(leases.size(), static_cast<std::size_t>(kShownLeases));
  for (std::size_t i = 0; i < shown; ++i) {
    const swarm::HeldLease& held = leases[i];
    state.Line(fmt::format("- {} ({}) by {} \"{}\" until {}", Printable(held.lease.path, kShownTitle),
                           swarm::NameOf(held.lease.mode), AgentId(held.agent), Printable(held.agent_name),
                           TimeText(held.lease.UntilMs(now))));
  }
  if (shown < leases.size()) state.Line("- and more (resource skep://leases)");
}

void AddMemory(PromptState& state, ToolContext& context, std::string_view about) {
  const std::vector<std::string> words = LongestWords(swarm::CutAtCharacter(about, limits::kMaxObjective));
  if (words.empty()) return;
  std::vector<std::string> lines;
  for (const std::string& word : words) {
    const auto found = swarm::SearchEntries(context.database(), word, std::nullopt, kEntriesPerWord, context.now_ms());
    if (!found) continue;
    for (const swarm::Summary& entry : found->entries) {
      std::string line = fmt::format("- namespace \"{}\", key \"{}\"", Printable(entry.name_space, kShownTitle),
                                     Printable(entry.key, kShownTitle));
      if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
    }
  }
  const std::string searched = fmt::format("{}", fmt::join(words, ", "));
  if (lines.empty()) return state.Line(fmt::format("Memory has nothing with any of the words {}.", searched));
  state.Line(fmt::format("Memory has, among what contains one of the words {}:", searched));
  for (const std::string& line : lines) state.Line(line);
}

PromptText MakePromptText(std::string description, std::string text) {
  text.resize(swarm::CutAtCharacter(text, limits::kMaxPrompt).size());
  PromptText prompt{.description = std::move(description), .messages = {}};
  prompt.messages.push_back({.role = "user", .content = {.type = "text", .text = std::move(text)}});
  return prompt;
}

}  // namespace skep::handlers
