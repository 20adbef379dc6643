#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/clock.h"
#include "base/limits.h"
#include "base/printable.h"
#include "mcp/calls.h"
#include "mcp/methods.h"
#include "mcp/request_state.h"
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

/// Calls of tools that go on for a while that one session may have: so many that it is still read from, and can cancel.
constexpr std::size_t kMaxWatching = limits::kMaxInFlight / 4;

/// What a modern request brings back of what it was asked. An error if its state is not ours.
Expected<std::unique_ptr<Dialogue>> ReadDialogue(const Server& server, const Request& request, const Tool& tool,
                                                 const void* args) {
  const Value state = request.params.Find("requestState");
  if (!state.Is(Type::kString)) return Fail(skep::ErrorCode::kInvalidArgument, "params.requestState must be a string");
  auto dialogue = std::make_unique<Dialogue>();
  dialogue->abilities = request.abilities;
  const auto opened = server.request_states().Open(state.AsString(), RequestDigest(tool, args),
                                                   server.services().clock.WallMs(), *dialogue);
  if (!opened) return std::unexpected(opened.error());
  TakeAnswers(request.params.Find("inputResponses"), *dialogue);
  return dialogue;
}

/// Whether a legacy client asks for a task.
bool AsksForTask(const Request& request) {
  return request.revision == Revision::k2025_11_25 && request.params.Find("task").exists();
}

/// Whether a call is to be a task of the protocol: where the client asks for one, and in the modern era where it can
/// take one.
bool BecomesTask(const Server& server, const Request& request, const Tool& tool) {
  // Without a process that others can see end there is nobody to tell that it has.
  if (!tool.info.takes_long || server.services().liveness == nullptr) return false;
  return request.modern() ? request.may_become_task : AsksForTask(request);
}

/// For how long a client wants a task to be kept; answers by itself if it says that wrongly.
bool ReadTtl(const Request& request, std::int64_t& ttl_ms, rpc::Reply& reply) {
  if (request.modern()) return true;
  const Value task = request.params.Find("task");
  const Value ttl = task.Find("ttl");
  const bool good = task.Is(Type::kObject) && (!ttl.exists() || (ttl.Is(Type::kInt) && ttl.AsInt() >= 0));
  if (!good) {
    reply.Error(ErrorCode::kInvalidParams, "params.task must be an object, and its ttl a number of milliseconds");
    return false;
  }
  if (ttl.exists()) ttl_ms = std::min(ttl.AsInt(), limits::kMaxTaskTtlMs);
  return true;
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

  reply.mark().operation = session.server().meter().OperationOf(*tool);
  // As its listing says.
  if (!tool->info.takes_long && AsksForTask(request)) {
    return reply.Error(
        ErrorCode::kMethodNotFound,
        fmt::format("{} answers at once and cannot be a task: call it without \"task\"", tool->info.name));
  }

  ToolArgs args(*tool);
  if (const auto decoded = DecodeFields(arguments, tool->input, args.get()); !decoded) {
    return AnswerTool(reply, session.server(), request.modern(), [&](json::Writer&) { return decoded; });
  }
  if (tool->start != nullptr && session.watching() >= kMaxWatching) {
    return AnswerTool(reply, session.server(), request.modern(), [&](json::Writer&) -> Expected<void> {
      return Fail(
          skep::ErrorCode::kConflict,
          fmt::format("{} calls of this session go on already: await or cancel one of them first", kMaxWatching));
    });
  }
  reply.mark().operation = session.server().meter().OperationOf(*tool, args.get());
  if (BecomesTask(session.server(), request, *tool)) {
    std::int64_t ttl_ms = limits::kTaskTtlMs;
    if (!ReadTtl(request, ttl_ms, reply)) return;
    return session.server().task_calls().Begin(session, *tool, args, request, ttl_ms, std::move(reply));
  }
  std::unique_ptr<Dialogue> dialogue;
  if (request.modern() && request.params.Find("requestState").exists()) [[unlikely]] {
    auto read = ReadDialogue(session.server(), request, *tool, args.get());
    if (!read) {
      return reply.Error(ErrorCode::kInvalidParams, read.error().message,
                         [](json::Writer& to) { to.Raw(R"({"reason":"invalid_request_state"})"); });
    }
    dialogue = *std::move(read);
  }
  RunCall(session, *tool, args, request, {.modern = request.modern()}, std::move(dialogue), std::move(reply));
}

}  // namespace skep::mcp
