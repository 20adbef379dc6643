#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/limits.h"
#include "base/printable.h"
#include "json/writer.h"
#include "mcp/calls.h"
#include "mcp/list_cursor.h"
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

void WriteHead(const ResourceInfo& info, json::Writer& to) {
  to.Member("name", info.name);
  to.Member("title", info.title);
  to.Member("description", info.description);
  to.Member("mimeType", info.mime_type);
}

/// Writes a page, of at most limits::kResourcesPage; returns where the next one begins, if there is one.
std::optional<ResourcePlace> WritePage(const Server& server, ToolContext& context, ResourcePlace place,
                                       json::Writer& to) {
  const auto resources = server.resources();
  auto room = static_cast<std::int64_t>(limits::kResourcesPage);
  for (; place.resource < resources.size(); ++place.resource, place.after = 0) {
    if (room == 0) return place;
    const ResourceInfo& info = resources[place.resource]->info;
    if (UriVariableNames(info.uri).empty()) {
      to.BeginObject();
      to.Member("uri", info.uri);
      WriteHead(info, to);
      to.EndObject();
      --room;
      continue;
    }
    if (info.list == nullptr) continue;
    for (const ListedResource& listed : info.list(context, place.after, room)) {
      to.BeginObject();
      to.Member("uri", std::string_view(listed.uri));
      to.Member("name", std::string_view(listed.name));
      to.Member("title", std::string_view(listed.title));
      to.Member("description", info.description);
      to.Member("mimeType", info.mime_type);
      to.EndObject();
      place.after = listed.number;
      --room;
    }
    if (room == 0) return place;
  }
  return std::nullopt;
}

/// Writes the result of resources/list but its end.
void BeginResourceList(const Server& server, ToolContext& context, ResourcePlace place, json::Writer& to) {
  to.BeginObject();
  to.Key("resources");
  to.BeginArray();
  const auto next = WritePage(server, context, place, to);
  to.EndArray();
  if (next) to.Member("nextCursor", std::string_view(FormatCursor(*next)));
}

/// The text of an absent or valid cursor; answers by itself otherwise.
bool ReadCursor(const Request& request, std::string_view& cursor, rpc::Reply& reply) {
  const Value value = request.params.Find("cursor");
  if (value.exists() && !value.Is(Type::kString)) {
    reply.Error(ErrorCode::kInvalidParams, "params.cursor must be a string");
    return false;
  }
  cursor = value.exists() ? value.AsString() : std::string_view();
  return true;
}

}  // namespace

void WriteFirstResources(const Server& server, ToolContext& context, json::Writer& to) {
  BeginResourceList(server, context, {}, to);
}

void ListResources(ServerSession& session, const Request& request, rpc::Reply reply) {
  std::string_view cursor;
  if (!ReadCursor(request, cursor, reply)) return;
  const auto place = cursor.empty() ? ResourcePlace() : ParseResourceCursor(cursor);
  if (!place) {
    return reply.Error(ErrorCode::kInvalidParams,
                       "params.cursor is none that resources/list has given; begin without one");
  }
  Server& server = session.server();
  ToolContext context(server.services(), *session.scope(), nullptr);
  Block page;
  json::Writer to(page);
  BeginResourceList(server, context, *place, to);
  if (const auto read = TakeError(context); !read) return reply.Error(ErrorCode::kInternal, read.error().message);
  // Who has not seen a list has none that could change.
  if (!request.modern() && !session.ended()) server.subscriptions().SubscribeToList(session);
  // Swarms come and go.
  server.EndResult(to, request.modern(), 0);
  reply.Result(page.view());
}

void ListResourceTemplates(ServerSession& session, const Request& request, rpc::Reply reply) {
  std::string_view cursor;
  if (!ReadCursor(request, cursor, reply)) return;
  if (!cursor.empty()) {
    return reply.Error(ErrorCode::kInvalidParams,
                       "params.cursor is none that resources/templates/list has given; begin without one");
  }
  Server& server = session.server();
  Block page;
  json::Writer to(page);
  to.BeginObject();
  to.Key("resourceTemplates");
  to.BeginArray();
  for (const Resource* const resource : server.resources()) {
    if (UriVariableNames(resource->info.uri).empty()) continue;
    to.BeginObject();
    to.Member("uriTemplate", resource->info.uri);
    WriteHead(resource->info, to);
    to.EndObject();
  }
  to.EndArray();
  server.EndResult(to, request.modern(), kListTtlMs);
  reply.Result(page.view());
}

void ReadResource(ServerSession& session, const Request& request, rpc::Reply reply) {
  const Value uri = request.params.Find("uri");
  if (!uri.Is(Type::kString)) {
    return reply.Error(ErrorCode::kInvalidParams, "params.uri is required and must be a string");
  }
  Server& server = session.server();
  UriVariables variables;
  const Resource* const resource = FindResource(server, uri.AsString(), variables);
  if (resource == nullptr) {
    return RefuseResource(reply, request.modern(), uri.AsString(),
                          fmt::format("there is no resource \"{}\": resources/list and resources/templates/list name "
                                      "what there is",
                                      Printable(uri.AsString(), limits::kMaxQuoted)));
  }
  ToolArgs args(resource->reader);
  VariableDecoder decoder;
  if (const auto decoded = decoder.Decode(variables, resource->reader, args.get()); !decoded) {
    return reply.Error(ErrorCode::kInvalidParams, decoded.error().message);
  }
  const AnswerForm form{
      .kind = AnswerForm::Kind::kResource, .modern = request.modern(), .resource = resource, .uri = uri.AsString()};
  RunCall(session, resource->reader, args, request, form, nullptr, std::move(reply));
}

}  // namespace skep::mcp
