#include "swarm/agent_metrics.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.h"
#include "base/limits.h"
#include "base/time_text.h"
#include "handlers/current_swarm.h"
#include "handlers/rounded.h"
#include "handlers/spread_view.h"
#include "handlers/usage_view.h"
#include "skep/tool.h"
#include "swarm/agent.h"

namespace skep::handlers {
namespace {

struct Args {
  std::optional<std::string_view> swarm_id;
  std::optional<std::string_view> agent_id;
  std::int64_t limit = 100;
  std::string_view cursor;

  static constexpr Field kFields[] = {
      Opt<&Args::swarm_id>("swarmId"),
      Opt<&Args::agent_id>("agentId", "Only this one"),
      Opt<&Args::limit>("limit", {}, {1, limits::kMaxPage}),
      Opt<&Args::cursor>("cursor", "The last answer's"),
  };
};

/// Claims, and how they ended.
struct Claims {
  std::optional<std::int64_t> claimed;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::optional<std::int64_t> timed_out;
  std::optional<std::int64_t> released;
  std::optional<std::int64_t> abandoned;
  std::optional<double> success_rate;

  static constexpr Field kFields[] = {
      Opt<&Claims::claimed>("claimed", "Here and below, absent: the agent is older than the count"),
      Req<&Claims::succeeded>("succeeded"),
      Req<&Claims::failed>("failed", "Those that timed out included"),
      Opt<&Claims::timed_out>("timedOut"),
      Opt<&Claims::released>("released", "Given back"),
      Opt<&Claims::abandoned>("abandoned", "Held when it went offline"),
      Opt<&Claims::success_rate>("successRate", "succeeded / (succeeded + failed); absent: neither"),
  };
};

struct Time {
  std::int64_t busy_ms = 0;
  std::optional<std::int64_t> there_ms;
  std::optional<double> busy_share;
  std::optional<std::int64_t> span_ms;
  std::optional<double> busy_share_of_span;

  static constexpr Field kFields[] = {
      Req<&Time::busy_ms>("busyMs", "On attempts that succeeded, failed or timed out, and on the one under way"),
      Opt<&Time::there_ms>("thereMs", "From when it was spawned until now, or until it went offline"),
      Opt<&Time::busy_share>("busyShare", "busyMs / thereMs: of the time since it was spawned"),
      Opt<&Time::span_ms>("spanMs", "From its first claim to its last end, or until now while it works"),
      Opt<&Time::busy_share_of_span>("busyShareOfSpan",
                                     "Of spanMs. performance_report has the same of its timeframe, for the last "
                                     "attempts at tasks that ended in it"),
  };
};

struct Tasks {
  std::int64_t ended = 0;
  std::optional<SpreadView> queue_wait;
  std::optional<SpreadView> attempts;

  static constexpr Field kFields[] = {
      Req<&Tasks::ended>("ended", "Of those looked at, that it was the last to work on"),
      Opt<&Tasks::queue_wait>("queueWait", "From ready to claimed, of these tasks: for any agent, not for this one"),
      Opt<&Tasks::attempts>("attempts", "From claimed to ended, of its attempts that succeeded, failed or timed out"),
  };
};

struct Messages {
  std::optional<std::int64_t> sent;
  std::int64_t unread = 0;

  static constexpr Field kFields[] = {
      Opt<&Messages::sent>("sent", "Since it was spawned; one to many is one"),
      Req<&Messages::unread>("unread", "Now"),
  };
};

struct Row {
  std::string agent_id;
  std::string name;
  std::string type;
  swarm::AgentState state = swarm::AgentState::kIdle;
  std::int64_t leases = 0;
  Claims claims;
  Time time;
  Tasks tasks;
  std::optional<UsageSumView> usage;
  Messages messages;

  static constexpr Field kFields[] = {
      Req<&Row::agent_id>("agentId"),
      Req<&Row::name>("name"),
      Req<&Row::type>("type"),
      Req<&Row::state>("state"),
      Req<&Row::leases>("leases", "Held now"),
      Req<&Row::claims>("claims", "Since it was spawned"),
      Req<&Row::time>("time"),
      Req<&Row::tasks>("tasks"),
      Opt<&Row::usage>("usage", "Of the last 30 days, as token_usage has it; absent: nobody reported any"),
      Req<&Row::messages>("messages"),
  };
};

struct Result {
  std::string swarm_id;
  std::vector<Row> agents;
  std::optional<std::string> cursor;
  std::int64_t tasks_looked_at = 0;
  std::optional<std::string> note;

  static constexpr Field kFields[] = {
      Req<&Result::swarm_id>("swarmId"),
      Req<&Result::agents>("agents", "The oldest first"),
      Opt<&Result::cursor>("cursor", "There are more"),
      Req<&Result::tasks_looked_at>("tasksLookedAt", "Ended tasks of the project, the newest"),
      Opt<&Result::note>("note"),
  };
};

Row View(const swarm::AgentFigures& figures) {
  const swarm::Agent& agent = figures.agent;
  return {.agent_id = agent.id(),
          .name = agent.name,
          .type = agent.type,
          .state = agent.state,
          .leases = figures.leases,
          .claims = {.claimed = figures.claims,
                     .succeeded = agent.succeeded,
                     .failed = agent.failed,
                     .timed_out = figures.timed_out,
                     .released = figures.released,
                     .abandoned = figures.abandoned,
                     .success_rate = Rounded(figures.success_rate())},
          .time = {.busy_ms = figures.busy_ms,
                   .there_ms = figures.there_ms,
                   .busy_share = Rounded(figures.busy_share()),
                   .span_ms = figures.span_ms,
                   .busy_share_of_span = Rounded(figures.busy_share_of_span())},
          .tasks = {.ended = figures.tasks,
                    .queue_wait = ViewSpread(figures.queue_wait_ms),
                    .attempts = ViewSpread(figures.attempts_ms)},
          .usage = figures.usage.records == 0 ? std::nullopt : std::optional(ViewUsage(figures.usage)),
          .messages = {.sent = figures.messages_sent, .unread = figures.unread}};
}

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto swarm = CurrentSwarm(context, args.swarm_id);
  if (!swarm) return std::unexpected(swarm.error());
  Result result{.swarm_id = swarm->id()};
  swarm::AgentPage page;
  if (args.agent_id) {
    auto agent = swarm::FindAgent(context.database(), *swarm, *args.agent_id);
    if (!agent) return std::unexpected(agent.error());
    page.agents.push_back(*std::move(agent));
  } else {
    std::int64_t after = 0;
    if (!args.cursor.empty()) {
      const auto number = ParseId("ag", args.cursor);
      if (!number) return Fail(ErrorCode::kInvalidArgument, "cursor must be one that agent_metrics has given");
      after = *number;
    }
    page = swarm::ListAgents(context.database(), *swarm, after, args.limit);
  }
  const swarm::MeasuredAgents measured =
      swarm::MeasureAgents(context.database(), *swarm, std::move(page.agents), context.now());
  for (const swarm::AgentFigures& figures : measured.agents) result.agents.push_back(View(figures));
  if (page.more) result.cursor = result.agents.back().agent_id;
  result.tasks_looked_at = measured.tasks_looked_at;
  std::string note;
  if (measured.older_tasks) {
    note = fmt::format("tasks are those among the project's newest {} ended ones; older ones are not looked at",
                       limits::kReportedTasks);
  }
  if (measured.attempts_since_ms != 0) {
    char since[kTimeTextSize];
    note += fmt::format("{}attempts, and spans, are of claims since {}", note.empty() ? "" : "; ",
                        FormatTime(measured.attempts_since_ms, since));
  }
  if (!note.empty()) result.note = std::move(note);
  return result;
}

}  // namespace

extern const Tool kAgentMetrics = MakeTool<Run>({
    .name = "agent_metrics",
    .title = "Figures of agents",
    .description =
        "What each agent of a swarm has done: claims and how they ended, shares of time that it was busy, how "
        "long its attempts took, tokens that it or its client reported, messages, leases.",
    .hints = {.read_only = true},
    .toolset = Toolset::kMetrics,
});

}  // namespace skep::handlers
