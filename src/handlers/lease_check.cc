#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "handlers/current_swarm.h"
#include "handlers/lease_results.h"
#include "skep/tool.h"
#include "swarm/agent.h"
#include "swarm/lease.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view path;
  std::optional<std::string_view> agent_id;
  std::string_view session;

  static constexpr Field kFields[] = {
      Req<&Args::path>("path", "A file, from the project's root"),
      Opt<&Args::agent_id>("agentId", "Who wants to edit"),
      Opt<&Args::session>("session", "Or the client's session id"),
  };
};

/// What a client's hook before an edit answers with, in the client's words.
struct Decision {
  std::string event = "PreToolUse";
  std::string decision = "deny";
  std::string reason;

  static constexpr Field kFields[] = {
      Req<&Decision::event>("hookEventName"),
      Req<&Decision::decision>("permissionDecision"),
      Req<&Decision::reason>("permissionDecisionReason"),
  };
};

struct Result {
  std::optional<Decision> decision;

  static constexpr Field kFields[] = {
      Opt<&Result::decision>("hookSpecificOutput", "Absent: allowed"),
  };
};

Expected<std::int64_t> AgentNamed(ToolContext& context, std::string_view id_or_name) {
  std::optional<std::string> swarm_id;
  if (const auto number = ParseId("ag", id_or_name)) swarm_id = swarm::SwarmIdOf(context.database(), *number);
  const auto swarm = swarm_id ? swarm::FindSwarm(context.database(), *swarm_id) : CurrentSwarm(context, std::nullopt);
  if (!swarm) return std::unexpected(swarm.error());
  const auto agent = swarm::FindAgent(context.database(), *swarm, id_or_name);
  if (!agent) return std::unexpected(agent.error());
  return agent->number;
}

Expected<Result> Run(const Args& args, ToolContext& context) {
  swarm::Editor editor{.client_session = args.session};
  if (args.agent_id) {
    const auto agent = AgentNamed(context, *args.agent_id);
    if (!agent) return std::unexpected(agent.error());
    editor.agent = *agent;
  }
  const std::string root = ProjectRoot(context);
  const auto obstacles = swarm::FindForbidding(context.database(), args.path, editor, root, context.now());
  if (!obstacles) return std::unexpected(obstacles.error());
  if (obstacles->empty()) return Result();
  const swarm::Obstacle& first = obstacles->front();
  return Result{.decision =
                    Decision{.reason = fmt::format("{}: lease it yourself with lease_acquire and wait, or ask {} with "
                                                   "message_send",
                                                   swarm::Describe(first, context.now()), first.agent_id)}};
}

}  // namespace

extern const Tool kLeaseCheck = MakeTool<Run>({
    .name = "lease_check",
    .title = "May a file be edited?",
    .description = "Answers as a client's pre-edit hook does: {} allows, else a denial naming the holder.",
    .hints = {.read_only = true},
    .toolset = Toolset::kLeases,
});

}  // namespace skep::handlers
