#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "handlers/completers.h"
#include "handlers/current_swarm.h"
#include "handlers/lease_results.h"
#include "handlers/list_room.h"
#include "handlers/swarm_results.h"
#include "handlers/task_view.h"
#include "skep/resource.h"
#include "swarm/agent.h"
#include "swarm/lease.h"
#include "swarm/message.h"

// skep://agents and skep://agent/{id}

namespace skep::handlers {
namespace {

struct NoArgs {
  static constexpr std::span<const Field> kFields = {};
};

struct AgentRows {
  std::optional<std::string> swarm_id;
  std::vector<AgentView> agents;
  std::optional<std::int64_t> more;

  static constexpr Field kFields[] = {
      Opt<&AgentRows::swarm_id>("swarmId", "Absent: no swarm is active"),
      Req<&AgentRows::agents>("agents", "Those alive by age, then those offline, the newest first"),
      Opt<&AgentRows::more>("more", "How many are not shown"),
  };
};

std::int64_t CountAll(store::Database& database, const swarm::Swarm& swarm) {
  std::int64_t all = 0;
  for (const std::int64_t agents : swarm::CountAgents(database, swarm).by_state) all += agents;
  return all;
}

Expected<AgentRows> ReadAgents(const NoArgs&, ToolContext& context) {
  AgentRows list;
  const auto swarm = SwarmInView(context, std::nullopt);
  if (!swarm && swarm.error().code == ErrorCode::kNotFound) return list;
  if (!swarm) return std::unexpected(swarm.error());
  list.swarm_id = swarm->id();
  ListRoom room;
  for (swarm::Agent& agent : swarm::AliveFirst(context.database(), *swarm, limits::kMaxResourceRows)) {
    AgentView view = View(std::move(agent), context);
    if (!room.Take(view)) break;
    list.agents.push_back(std::move(view));
  }
  const std::int64_t more = CountAll(context.database(), *swarm) - std::ssize(list.agents);
  if (more > 0) list.more = more;
  return list;
}

struct OneArgs {
  std::string_view id;

  static constexpr Field kFields[] = {
      Req<&OneArgs::id>("id", "An agent's id or name"),
  };
};

struct AgentDetails {
  AgentView agent;
  std::optional<TaskView> task;
  std::vector<LeaseView> leases;
  std::int64_t unread = 0;

  static constexpr Field kFields[] = {
      Req<&AgentDetails::agent>("agent"),
      Opt<&AgentDetails::task>("task", "What it works on"),
      Req<&AgentDetails::leases>("leases", "That it holds"),
      Req<&AgentDetails::unread>("unread", "Messages, counted up to 1000"),
  };
};
static_assert(limits::kMaxPage == 1000, "what is said of unread");

Expected<AgentDetails> ReadAgent(const OneArgs& args, ToolContext& context) {
  store::Database& database = context.database();
  auto agent = AgentInView(context, args.id);
  if (!agent) return std::unexpected(agent.error());
  AgentDetails details{.agent = {}, .task = {}, .leases = {}, .unread = swarm::CountUnread(database, *agent)};
  if (agent->task != 0) {
    if (const auto task = swarm::ReadTask(database, agent->task)) details.task = View(*task);
  }
  const Moment now = context.now();
  for (swarm::Lease& lease : swarm::LeasesOf(database, *agent, now)) {
    const Timestamp until = SteadyUntil(lease, now);
    details.leases.push_back({.path = std::move(lease.path), .mode = lease.mode, .epoch = lease.epoch, .until = until});
  }
  details.agent = View(*std::move(agent), context);
  return details;
}

constexpr Completer kCompleters[] = {{"id", OfferAgents}};

}  // namespace

extern const Resource kResourceAgents = MakeResource<ReadAgents>({
    .uri = "skep://agents",
    .name = "agents",
    .title = "Agents",
    .description = "The agents of the current swarm, or else of the newest active one.",
    .changes_with_time = true,
});

extern const Resource kResourceAgent = MakeResource<ReadAgent>({
    .uri = "skep://agent/{id}",
    .name = "agent",
    .title = "Agent",
    .description = "One agent, what it works on, the leases it holds and how many messages it has not read.",
    .completers = kCompleters,
    .changes_with_time = true,
});

}  // namespace skep::handlers
