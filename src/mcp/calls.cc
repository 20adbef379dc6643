#include "mcp/calls.h"

#include <fmt/format.h>

#include <utility>

#include "base/limits.h"
#include "mcp/server.h"
#include "mcp/session.h"
#include "store/transaction.h"

namespace skep::mcp {
namespace {

void LogBegin(const Tool& tool) { Log(LogLevel::kDebug, "{} begins", tool.info.name); }

/// Runs a read where it arrives.
void RunNow(ServerSession& session, const Tool& tool, ToolArgs& args, const AnswerForm& form, rpc::Reply& reply) {
  ToolContext context(session.server().services(), *session.scope(), nullptr);
  AnswerCall(reply, session.server(), form, [&](json::Writer& to) {
    Expected<void> done = tool.run(args.get(), context, to);
    if (auto error = TakeError(context); !error) done = std::move(error);
    return done;
  });
}

}  // namespace

Expected<void> TakeError(const ToolContext& context) {
  store::Database* const used = context.used_database();
  if (used == nullptr) return {};
  return store::TakeError(*used);
}

void RunCall(ServerSession& session, const Tool& tool, ToolArgs& args, const Request& request, const AnswerForm& form,
             std::unique_ptr<Dialogue> dialogue, rpc::Reply reply) {
  // What a request logs must come before its answer: behind the store's thread it does.
  const bool in_turn = session.HasUnfinishedWrite() || request.log_level != LogLevel::kOff;
  const bool waits = tool.start != nullptr;
  if (!waits && !in_turn && tool.effect(tool, args.get()) == Effect::kRead) {
    LogBegin(tool);
    return RunNow(session, tool, args, form, reply);
  }
  if (session.InFlight() >= limits::kMaxSessionRequests) {
    return AnswerCall(reply, session.server(), form, [](json::Writer&) -> Expected<void> {
      return Fail(ErrorCode::kConflict, fmt::format("{} requests of this session are being worked on: await one first",
                                                    limits::kMaxSessionRequests));
    });
  }
  if (dialogue == nullptr && request.abilities.any()) {
    dialogue = std::make_unique<Dialogue>();
    dialogue->abilities = request.abilities;
  }
  auto call = std::make_unique<ToolCall>(session, tool, args, request, form, std::move(dialogue), std::move(reply));
  // Only now its client hears of it.
  LogBegin(tool);
  if (waits && !in_turn) return ToolCall::Start(std::move(call));
  store::Store& store = session.server().services().store;
  if (waits) return store.Submit(ToolCall::StartInTurn(std::move(call)));
  store.Submit(std::move(call));
}

}  // namespace skep::mcp
