#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "handlers/acting.h"
#include "skep/tool.h"
#include "swarm/message.h"

namespace skep::handlers {
namespace {

struct Args {
  std::string_view from;
  std::string_view to;
  std::string_view body;
  std::string_view subject;
  std::string_view thread;

  static constexpr Field kFields[] = {
      Req<&Args::from>("from"),
      Req<&Args::to>("to", "An agent, or all"),
      Req<&Args::body>("body", {}, {1, limits::kMaxMessage}),
      Opt<&Args::subject>("subject", {}, {.max = limits::kMaxSubject}),
      Opt<&Args::thread>("thread", "Of the message that this answers", {.max = limits::kMaxSubject}),
  };
};

struct Delivery {
  std::string message_id;
  std::string agent_id;
  std::string name;

  static constexpr Field kFields[] = {
      Req<&Delivery::message_id>("messageId"),
      Req<&Delivery::agent_id>("agentId"),
      Req<&Delivery::name>("name"),
  };
};

struct Result {
  std::string thread;
  std::vector<Delivery> delivered;
  std::optional<std::vector<std::string>> full;

  static constexpr Field kFields[] = {
      Req<&Result::thread>("thread"),
      Req<&Result::delivered>("delivered"),
      Opt<&Result::full>("full", "Agents that did not get it: their inboxes are full"),
  };
};

Expected<Result> Run(const Args& args, ToolContext& context) {
  const auto from = ActAs(context, args.from);
  if (!from) return std::unexpected(Error{from.error().code, "from: " + from.error().message});
  const auto swarm = swarm::FindSwarm(context.database(), from->swarm_id());
  if (!swarm) return std::unexpected(swarm.error());
  auto sent = swarm::SendMessage(context.database(), *swarm, *from, args.to,
                                 {.thread = args.thread, .subject = args.subject, .body = args.body}, context.now_ms());
  if (!sent) return std::unexpected(std::move(sent.error()));
  Result result{.thread = std::move(sent->thread)};
  for (swarm::Recipient& each : sent->recipients) {
    if (each.message_id.empty()) {
      if (!result.full) result.full.emplace();
      result.full->push_back(std::move(each.agent_id));
    } else {
      result.delivered.emplace_back(std::move(each.message_id), std::move(each.agent_id), std::move(each.name));
    }
  }
  return result;
}

}  // namespace

extern const Tool kMessageSend = MakeTool<Run>({
    .name = "message_send",
    .title = "Write to an agent",
    .description = "Sends a message to an agent within reach of the topology, or to all who are; it wakes those who "
                   "wait in inbox.",
    .toolset = Toolset::kMessages,
    .effect = Effect::kWrite,
});

}  // namespace skep::handlers
