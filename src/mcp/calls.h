#pragma once

#include <memory>

#include "mcp/answer.h"
#include "mcp/request.h"
#include "mcp/tool_call.h"
#include "rpc/reply.h"

namespace skep::mcp {

class ServerSession;

/// What a read has failed with on its way, which is then forgotten. What was computed meanwhile means nothing, whether
/// or not whoever computed it noticed.
Expected<void> TakeError(const ToolContext& context);

/// Runs a call in its turn: at once, on the store's thread, or behind its session's unfinished writes.
/// `dialogue`: what its client has been asked and has answered already; null: nothing.
void RunCall(ServerSession& session, const Tool& tool, ToolArgs& args, const Request& request, const AnswerForm& form,
             std::unique_ptr<Dialogue> dialogue, rpc::Reply reply);

}  // namespace skep::mcp
