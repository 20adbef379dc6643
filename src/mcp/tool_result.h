#pragma once

#include <string_view>

#include "base/function_ref.h"
#include "json/writer.h"
#include "rpc/reply.h"
#include "skep/error.h"

namespace skep::mcp {

class Server;

/// Answers a tools/call. `write` appends the structured result, one JSON object, or returns why there is none (whatever
/// it had written is taken back). The result holds it twice, as the protocol asks: as data and, for clients that know
/// only text, as text. A failure is a result too, marked `isError`, whose text says what to do; its code is in `_meta`
/// as "skep/error".
void AnswerTool(rpc::Reply& reply, const Server& server, bool modern, FunctionRef<Expected<void>(json::Writer&)> write);

}  // namespace skep::mcp
