#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/printable.h"
#include "json/writer.h"
#include "mcp/calls.h"
#include "mcp/methods.h"
#include "mcp/server.h"
#include "mcp/session.h"
#include "mcp/uri_template.h"
#include "mcp/variables.h"

namespace skep::mcp {

using json::Type;
using json::Value;
using rpc::ErrorCode;

namespace {

/// What is to be completed: a prompt's or a resource's arguments.
struct Subject {
  std::span<const Field> fields;
  std::span<const Completer> completers;
};

/// What the request refers to; answers by itself if that is nothing.
std::optional<Subject> FindSubject(const Server& server, Value ref, rpc::Reply& reply) {
  const auto refuse = [&](std::string_view message) {
    reply.Error(ErrorCode::kInvalidParams, message);
    return std::nullopt;
  };
  const Value type = ref.Find("type");
  if (!type.Is(Type::kString)) return refuse("params.ref.type is required and must be a string");
  if (type.AsString() == "ref/prompt") {
    const Value name = ref.Find("name");
    if (!name.Is(Type::kString)) return refuse("params.ref.name is required and must be a string");
    const Prompt* const prompt = FindPrompt(server, name.AsString());
    if (prompt == nullptr) {
      return refuse(fmt::format("there is no prompt \"{}\"", Printable(name.AsString(), limits::kMaxQuoted)));
    }
    return Subject{.fields = prompt->writer.input, .completers = prompt->info.completers};
  }
  if (type.AsString() != "ref/resource") return refuse("params.ref.type must be ref/prompt or ref/resource");
  const Value uri = ref.Find("uri");
  if (!uri.Is(Type::kString)) return refuse("params.ref.uri is required and must be a string");
  UriVariables variables;
  for (const Resource* const resource : server.resources()) {
    if (resource->info.uri != uri.AsString()) continue;
    return Subject{.fields = resource->reader.input, .completers = resource->info.completers};
  }
  if (const Resource* const resource = FindResource(server, uri.AsString(), variables)) {
    return Subject{.fields = resource->reader.input, .completers = resource->info.completers};
  }
  return refuse(fmt::format("there is no resource \"{}\"", Printable(uri.AsString(), limits::kMaxQuoted)));
}

std::vector<std::string> Choices(const Field& field, std::string_view typed) {
  const FieldType* type = field.type->kind == Kind::kOptional ? field.type->element : field.type;
  std::vector<std::string> values;
  for (const std::string_view name : type->names) {
    if (name.starts_with(typed)) values.emplace_back(name);
  }
  return values;
}

}  // namespace

void Complete(ServerSession& session, const Request& request, rpc::Reply reply) {
  Server& server = session.server();
  const auto subject = FindSubject(server, request.params.Find("ref"), reply);
  if (!subject) return;
  const Value argument = request.params.Find("argument").Find("name");
  const Value typed = request.params.Find("argument").Find("value");
  if (!argument.Is(Type::kString) || !typed.Is(Type::kString)) {
    return reply.Error(ErrorCode::kInvalidParams, "params.argument must have a name and a value, which are strings");
  }
  const Field* field = nullptr;
  for (const Field& each : subject->fields) {
    if (each.name == argument.AsString()) field = &each;
  }
  if (field == nullptr) {
    return reply.Error(ErrorCode::kInvalidParams,
                       fmt::format("it has no argument \"{}\"", Printable(argument.AsString(), limits::kMaxQuoted)));
  }

  std::vector<std::pair<std::string_view, std::string_view>> known;
  if (const Value arguments = request.params.Find("context").Find("arguments"); arguments.Is(Type::kObject)) {
    std::string_view name;
    Value value;
    for (json::Members members(arguments); members.Next(name, value);) {
      if (value.Is(Type::kString)) known.emplace_back(name, value.AsString());
    }
  }
  ToolContext context(server.services(), *session.scope(), nullptr);
  std::vector<std::string> values = Choices(*field, typed.AsString());
  for (const Completer& completer : subject->completers) {
    if (completer.argument == field->name) values = completer.offer(context, typed.AsString(), known);
  }
  if (const auto read = TakeError(context); !read) return reply.Error(ErrorCode::kInternal, read.error().message);

  const bool more = values.size() > limits::kMaxCompletions;
  if (more) values.resize(limits::kMaxCompletions);
  reply.Result([&](json::Writer& to) {
    to.BeginObject();
    to.Key("completion");
    to.BeginObject();
    to.Key("values");
    to.BeginArray();
    for (const std::string& value : values) to.String(value);
    to.EndArray();
    // How many there are in all is counted only where that costs nothing.
    if (!more) to.Member("total", static_cast<std::int64_t>(values.size()));
    to.Member("hasMore", more);
    to.EndObject();
    if (request.modern()) to.out().Append(server.modern_tail());
    to.out().Append("}");
  });
}

}  // namespace skep::mcp
