#include <fmt/format.h>

#include "mcp/log_relay.h"
#include "mcp/methods.h"
#include "mcp/server.h"
#include "mcp/session.h"

namespace skep::mcp {

void SetLevel(ServerSession& session, const Request& request, rpc::Reply reply) {
  const json::Value name = request.params.Find("level");
  const auto level = name.Is(json::Type::kString) ? ParseLogLevel(name.AsString()) : std::nullopt;
  if (!level) {
    return reply.Error(rpc::ErrorCode::kInvalidParams,
                       fmt::format("params.level is required and must be one of {}", LogLevelNames()));
  }
  session.server().log_relay().SetLevel(session, *level);
  reply.Result("{}");
}

}  // namespace skep::mcp
