#include <fmt/format.h>

#include <utility>

#include "base/limits.h"
#include "base/printable.h"
#include "mcp/answer.h"
#include "mcp/methods.h"
#include "mcp/server.h"
#include "mcp/session.h"
#include "mcp/variables.h"

namespace skep::mcp {

using json::Type;
using json::Value;
using rpc::ErrorCode;

namespace {

/// The resource of params.uri; answers by itself if there is none.
const Resource* NamedResource(const Server& server, const Request& request, rpc::Reply& reply) {
  const Value uri = request.params.Find("uri");
  if (!uri.Is(Type::kString)) {
    reply.Error(ErrorCode::kInvalidParams, "params.uri is required and must be a string");
    return nullptr;
  }
  UriVariables variables;
  const Resource* const resource = FindResource(server, uri.AsString(), variables);
  if (resource == nullptr) {
    RefuseResource(reply, request.modern(), uri.AsString(),
                   fmt::format("there is no resource \"{}\"", Printable(uri.AsString(), limits::kMaxQuoted)));
  }
  return resource;
}

bool IsTrue(Value value) { return value.Is(Type::kBool) && value.AsBool(); }

}  // namespace

void Subscribe(ServerSession& session, const Request& request, rpc::Reply reply) {
  Server& server = session.server();
  const Resource* const resource = NamedResource(server, request, reply);
  if (resource == nullptr) return;
  if (!server.subscriptions().Subscribe(session, *resource, request.params.Find("uri").AsString())) {
    return reply.Error(
        ErrorCode::kInvalidParams,
        fmt::format("a session may subscribe to {} resources: unsubscribe from one first", limits::kMaxSubscriptions));
  }
  reply.Result("{}");
}

void Unsubscribe(ServerSession& session, const Request& request, rpc::Reply reply) {
  Server& server = session.server();
  if (NamedResource(server, request, reply) == nullptr) return;
  server.subscriptions().Unsubscribe(session, request.params.Find("uri").AsString());
  reply.Result("{}");
}

void Listen(ServerSession& session, const Request& request, rpc::Reply reply) {
  const Value wanted = request.params.Find("notifications");
  if (!wanted.Is(Type::kObject)) {
    return reply.Error(ErrorCode::kInvalidParams, "params.notifications is required and must be an object");
  }
  Server& server = session.server();
  Subscriptions::Filter filter;
  // Our tools and prompts change only with the program: what is asked for of those is left out.
  filter.resources_list_changed = IsTrue(wanted.Find("resourcesListChanged")) && !server.resources().empty();
  if (const Value uris = wanted.Find("resourceSubscriptions"); uris.exists()) {
    if (!uris.Is(Type::kArray)) {
      return reply.Error(ErrorCode::kInvalidParams, "params.notifications.resourceSubscriptions must be an array");
    }
    Value uri;
    for (json::Elements all(uris); all.Next(uri);) {
      UriVariables variables;
      if (!uri.Is(Type::kString)) {
        return reply.Error(ErrorCode::kInvalidParams,
                           "params.notifications.resourceSubscriptions must be an array of strings");
      }
      const Resource* const resource = FindResource(server, uri.AsString(), variables);
      if (resource != nullptr) filter.resources.emplace_back(resource, uri.AsString());
    }
  }
  if (!server.subscriptions().MayListen(session, filter.resources.size())) {
    return reply.Error(ErrorCode::kInvalidParams,
                       fmt::format("a session may have {} listen requests open, for {} resources: cancel one first",
                                   limits::kMaxListens, limits::kMaxSubscriptions));
  }
  server.subscriptions().Listen(session, filter, std::move(reply));
}

}  // namespace skep::mcp
