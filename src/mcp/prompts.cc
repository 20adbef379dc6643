#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/printable.h"
#include "base/suggest.h"
#include "json/writer.h"
#include "mcp/calls.h"
#include "mcp/methods.h"
#include "mcp/server.h"
#include "mcp/session.h"

namespace skep::mcp {

using json::Type;
using json::Value;
using rpc::ErrorCode;

namespace {

void WritePrompt(const Prompt& prompt, json::Writer& to) {
  to.BeginObject();
  to.Member("name", prompt.info.name);
  to.Member("title", prompt.info.title);
  to.Member("description", prompt.info.description);
  if (!prompt.writer.input.empty()) {
    to.Key("arguments");
    to.BeginArray();
    for (const Field& field : prompt.writer.input) {
      to.BeginObject();
      to.Member("name", field.name);
      if (!field.doc.empty()) to.Member("description", field.doc);
      to.Member("required", field.required);
      to.EndObject();
    }
    to.EndArray();
  }
  to.EndObject();
}

}  // namespace

void ListPrompts(ServerSession& session, const Request& request, rpc::Reply reply) {
  const Value cursor = request.params.Find("cursor");
  if (cursor.exists() && (!cursor.Is(Type::kString) || !cursor.AsString().empty())) {
    return reply.Error(ErrorCode::kInvalidParams,
                       "params.cursor is none that prompts/list has given; begin without one");
  }
  const Server& server = session.server();
  Block page;
  json::Writer to(page);
  to.BeginObject();
  to.Key("prompts");
  to.BeginArray();
  for (const Prompt* const prompt : server.prompts()) WritePrompt(*prompt, to);
  to.EndArray();
  server.EndResult(to, request.modern(), kListTtlMs);
  reply.Result(page.view());
}

void GetPrompt(ServerSession& session, const Request& request, rpc::Reply reply) {
  const Value name = request.params.Find("name");
  const Value arguments = request.params.Find("arguments");
  if (!name.Is(Type::kString)) {
    return reply.Error(ErrorCode::kInvalidParams, "params.name is required and must be a string");
  }
  if (arguments.exists() && !arguments.Is(Type::kObject)) {
    return reply.Error(ErrorCode::kInvalidParams, "params.arguments must be an object");
  }
  const Prompt* const prompt = FindPrompt(session.server(), name.AsString());
  if (prompt == nullptr) {
    std::vector<std::string_view> names;
    for (const Prompt* const known : session.server().prompts()) names.push_back(known->info.name);
    std::string message = fmt::format("there is no prompt \"{}\"", Printable(name.AsString(), limits::kMaxQuoted));
    const std::string_view nearest = Nearest(name.AsString(), names);
    if (!nearest.empty()) message += fmt::format(" (did you mean \"{}\"?)", nearest);
    return reply.Error(ErrorCode::kInvalidParams, message);
  }
  ToolArgs args(prompt->writer);
  if (const auto decoded = DecodeFields(arguments, prompt->writer.input, args.get()); !decoded) {
    return reply.Error(ErrorCode::kInvalidParams, decoded.error().message);
  }
  RunCall(session, prompt->writer, args, request, {.kind = AnswerForm::Kind::kPrompt, .modern = request.modern()},
          nullptr, std::move(reply));
}

const Prompt* FindPrompt(const Server& server, std::string_view name) {
  for (const Prompt* const prompt : server.prompts()) {
    if (prompt->info.name == name) return prompt;
  }
  return nullptr;
}

}  // namespace skep::mcp
