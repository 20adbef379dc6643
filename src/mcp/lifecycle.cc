#include <fmt/format.h>

#include <algorithm>

#include "mcp/methods.h"
#include "mcp/server.h"
#include "mcp/session.h"

namespace skep::mcp {

using json::Type;
using rpc::ErrorCode;

void Initialize(ServerSession& session, const Request& request, rpc::Reply reply) {
  if (request.in_batch) return reply.Error(ErrorCode::kInvalidRequest, "initialize must not be part of a batch");
  const json::Value version = request.params.Find("protocolVersion");
  if (!version.Is(Type::kString)) {
    return reply.Error(ErrorCode::kInvalidParams, "params.protocolVersion is required and must be a string");
  }
  for (const std::string_view member : {"capabilities", "clientInfo"}) {
    const json::Value value = request.params.Find(member);
    if (value.exists() && !value.Is(Type::kObject)) {
      return reply.Error(ErrorCode::kInvalidParams, fmt::format("params.{} must be an object", member));
    }
  }
  // A version that we do not have, or that is not agreed on this way, is answered with the newest that is.
  const Revision agreed = std::min(ParseRevision(version.AsString()).value_or(kNewestLegacy), Revision{kNewestLegacy});
  session.set_revision(agreed, ReadAbilities(request.params.Find("capabilities"), agreed));
  session.NoteClient(request.params.Find("clientInfo"), {});
  reply.Result(session.server().InitializeResult(agreed));
}

void Ping(ServerSession& session, const Request& request, rpc::Reply reply) {
  static_cast<void>(session), static_cast<void>(request);
  reply.Result("{}");
}

void Discover(ServerSession& session, const Request& request, rpc::Reply reply) {
  static_cast<void>(request);
  reply.Result(session.server().discover_result());
}

}  // namespace skep::mcp
