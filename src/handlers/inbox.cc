#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "handlers/acting.h"
#include "handlers/message_view.h"
#include "skep/tool.h"
#include "swarm/message.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view agent_id;
  std::int64_t wait = 0;
  bool unread_only = true;
  std::vector<std::string_view> ack;
  std::string_view thread;
  std::string_view after;
  std::int64_t limit = 20;

  static constexpr Field kFields[] = {
      Req<&Args::agent_id>("agentId"),
      Opt<&Args::wait>("wait", "Seconds to wait for a message", {0, limits::kMaxWaitS}),
      Opt<&Args::unread_only>("unreadOnly"),
      Opt<&Args::ack>("ack", "Ids of messages that are dealt with", {.max = limits::kMaxInbox}),
      Opt<&Args::thread>("thread"),
      Opt<&Args::after>("after", "A message's id: later ones only"),
      Opt<&Args::limit>("limit", {}, {1, limits::kMaxInbox}),
  };
};

struct Result {
  std::vector<MessageView> messages;
  bool more = false;
  std::optional<std::int64_t> acknowledged;

  static constexpr Field kFields[] = {
      Req<&Result::messages>("messages", "The oldest first"),
      Req<&Result::more>("more", "Call again for the rest"),
      Opt<&Result::acknowledged>("acknowledged", "How many of ack were new"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto agent = ActAs(context, args.agent_id);
  if (!agent) return std::unexpected(agent.error());
  Result result;
  if (!args.ack.empty()) {
    const auto acknowledged = swarm::Acknowledge(context.database(), *agent, args.ack, context.now_ms());
    if (!acknowledged) return std::unexpected(acknowledged.error());
    result.acknowledged = *acknowledged;
  }
  auto page = swarm::ReadInbox(
      context.database(), *agent,
      {.unread_only = args.unread_only, .thread = args.thread, .after = args.after, .limit = args.limit},
      context.now_ms());
  if (!page) return std::unexpected(std::move(page.error()));
  result.more = page->more;
  for (swarm::Message& message : page->messages) result.messages.push_back(View(std::move(message)));
  if (result.messages.empty() && args.wait > 0) {
    context.WaitFor({.what = Wait::For::kMessage, .key = agent->number, .ms = args.wait * 1000});
  }
  return result;
}

}  // namespace

extern const Tool kInbox = MakeTool<Run>({
    .name = "inbox",
    .title = "Read messages",
    .description = "An agent's messages, which then count as read. Use wait.",
    .toolset = Toolset::kMessages,
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
