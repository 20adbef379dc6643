#include <fmt/format.h>

#include <memory>

#include "base/limits.h"
#include "base/printable.h"
#include "mcp/methods.h"
#include "mcp/server.h"
#include "mcp/session.h"
#include "mcp/tool_call.h"
#include "mcp/tool_result.h"

namespace skep::mcp {

using json::Type;
using json::Value;
using rpc::ErrorCode;

void ListTools(ServerSession& session, const Request& request, rpc::Reply reply) {
  const Value cursor = request.params.Find("cursor");
  if (cursor.exists() && !cursor.Is(Type::kString)) {
    return reply.Error(ErrorCode::kInvalidParams, "params.cursor must be a string");
  }
  const std::string* const page =
      session.server().ToolsPage(cursor.exists() ? cursor.AsString() : std::string_view(), request.modern());
  if (page == nullptr) {
    return reply.Error(ErrorCode::kInvalidParams, "params.cursor is none that tools/list has given; begin without one");
  }
  reply.Result(*page);
}

namespace {

/// Runs a read where it arrives.
void RunNow(ServerSession& session, const Tool& tool, ToolArgs& args, bool modern, rpc::Reply& reply) {
  ToolContext context(session.server().services(), *session.scope(), nullptr);
  AnswerTool(reply, session.server(), modern, [&](json::Writer& to) {
    Expected<void> done = tool.run(args.get(), context, to);
    // What was computed while the database failed means nothing, whether or not the tool noticed.
    if (store::Database* const used = context.used_database(); used != nullptr && used->error()) {
      done = std::unexpected(*used->error());
      used->ClearError();
    }
    return done;
  });
}

}  // namespace

void CallTool(ServerSession& session, const Request& request, rpc::Reply reply) {
  const Value name = request.params.Find("name");
  const Value arguments = request.params.Find("arguments");
  if (!name.Is(Type::kString)) {
    return reply.Error(ErrorCode::kInvalidParams, "params.name is required and must be a string");
  }
  if (arguments.exists() && !arguments.Is(Type::kObject)) {
    return reply.Error(ErrorCode::kInvalidParams, "params.arguments must be an object");
  }
  const Tool* const tool = session.server().FindTool(name.AsString());
  if (tool == nullptr) {
    std::string message = fmt::format("there is no tool \"{}\"", Printable(name.AsString(), limits::kMaxQuoted));
    const std::string_view nearest = session.server().NearestTool(name.AsString());
    if (!nearest.empty()) message += fmt::format(" (did you mean \"{}\"?)", nearest);
    return reply.Error(ErrorCode::kInvalidParams, message);
  }

  ToolArgs args(*tool);
  if (const auto decoded = DecodeFields(arguments, tool->input, args.get()); !decoded) {
    return AnswerTool(reply, session.server(), request.modern(), [&](json::Writer&) { return decoded; });
  }
  if (tool->start != nullptr) {
    const bool in_turn = session.HasUnfinishedWrite();
    auto call = std::make_unique<ToolCall>(session, *tool, std::move(args), request, std::move(reply));
    if (!in_turn) return ToolCall::Start(std::move(call));
    return session.server().services().store.Submit(ToolCall::StartInTurn(std::move(call)));
  }
  if (tool->effect(*tool, args.get()) == Effect::kRead && !session.HasUnfinishedWrite()) {
    return RunNow(session, *tool, args, request.modern(), reply);
  }
  session.server().services().store.Submit(
      std::make_unique<ToolCall>(session, *tool, std::move(args), request, std::move(reply)));
}

}  // namespace skep::mcp
