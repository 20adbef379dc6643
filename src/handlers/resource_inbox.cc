#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "handlers/completers.h"
#include "handlers/current_swarm.h"
#include "handlers/list_room.h"
#include "handlers/message_view.h"
#include "skep/resource.h"
#include "swarm/message.h"

// skep://inbox/{agentId}

namespace skep::handlers {
namespace {

struct Args {
  std::string_view agent_id;

  static constexpr Field kFields[] = {
      Req<&Args::agent_id>("agentId", "An agent's id or name"),
  };
};

struct Result {
  std::string agent_id;
  std::int64_t unread = 0;
  std::vector<MessageView> messages;
  std::optional<std::int64_t> more;

  static constexpr Field kFields[] = {
      Req<&Result::agent_id>("agentId"),
      Req<&Result::unread>("unread"),
      Req<&Result::messages>("messages", "Those unread, the oldest first, then the others, the newest first"),
      Opt<&Result::more>("more", "How many are not shown"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto agent = AgentInView(context, args.agent_id);
  if (!agent) return std::unexpected(agent.error());
  swarm::InboxView inbox = swarm::LookAtInbox(context.database(), *agent, limits::kMaxResourceRows);
  Result result{.agent_id = agent->id(), .unread = inbox.unread};
  ListRoom room;
  for (swarm::Message& message : inbox.messages) {
    MessageView view = View(std::move(message));
    if (!room.Take(view)) break;
    result.messages.push_back(std::move(view));
  }
  if (inbox.total > std::ssize(result.messages)) result.more = inbox.total - std::ssize(result.messages);
  return result;
}

constexpr Completer kCompleters[] = {{"agentId", OfferAgents}};

}  // namespace

extern const Resource kResourceInbox = MakeResource<Run>({
    .uri = "skep://inbox/{agentId}",
    .name = "inbox",
    .title = "Inbox",
    .description = "An agent's messages; reading them here leaves them unread.",
    .completers = kCompleters,
});

}  // namespace skep::handlers
