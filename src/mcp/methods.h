#pragma once

#include <span>
#include <string_view>

#include "mcp/request.h"
#include "mcp/revision.h"
#include "rpc/reply.h"
#include "skep/resource.h"

namespace skep::mcp {

class Server;
class ServerSession;

/// One method that clients may call, and the revisions that have it.
struct Method {
  std::string_view name;
  Revision since;
  Revision until;
  /// The capability that it belongs to, empty if none: what is announced is derived from this table.
  std::string_view capability;
  void (*call)(ServerSession& session, const Request& request, rpc::Reply reply);
  /// Whether it shows what the session's unfinished writes change, and must wait for them. Calls see to that
  /// themselves.
  bool in_turn = false;
};

/// All methods.
std::span<const Method> Methods();
/// Null if no revision has it.
const Method* FindMethod(std::string_view name);

/// The prompt of that name; null if there is none.
const Prompt* FindPrompt(const Server& server, std::string_view name);

/// What resources/list answers first, but for its end: as long as this is the same, so is the list, as far as one page.
void WriteFirstResources(const Server& server, ToolContext& context, json::Writer& to);

/// Has the client tell where it works, if it can; what comes of it is in the session's ClientIdentity.
void AskForRoots(ServerSession& session);

// One function per method, each in the file of its subject.
void Initialize(ServerSession& session, const Request& request, rpc::Reply reply);
void Ping(ServerSession& session, const Request& request, rpc::Reply reply);
void Discover(ServerSession& session, const Request& request, rpc::Reply reply);
void ListTools(ServerSession& session, const Request& request, rpc::Reply reply);
void CallTool(ServerSession& session, const Request& request, rpc::Reply reply);
void ListResources(ServerSession& session, const Request& request, rpc::Reply reply);
void ListResourceTemplates(ServerSession& session, const Request& request, rpc::Reply reply);
void ReadResource(ServerSession& session, const Request& request, rpc::Reply reply);
void Subscribe(ServerSession& session, const Request& request, rpc::Reply reply);
void Unsubscribe(ServerSession& session, const Request& request, rpc::Reply reply);
void Listen(ServerSession& session, const Request& request, rpc::Reply reply);
void SetLevel(ServerSession& session, const Request& request, rpc::Reply reply);
void GetTask(ServerSession& session, const Request& request, rpc::Reply reply);
void GetTaskResult(ServerSession& session, const Request& request, rpc::Reply reply);
void ListTasks(ServerSession& session, const Request& request, rpc::Reply reply);
void CancelTask(ServerSession& session, const Request& request, rpc::Reply reply);
void UpdateTask(ServerSession& session, const Request& request, rpc::Reply reply);
void ListPrompts(ServerSession& session, const Request& request, rpc::Reply reply);
void GetPrompt(ServerSession& session, const Request& request, rpc::Reply reply);
void Complete(ServerSession& session, const Request& request, rpc::Reply reply);

}  // namespace skep::mcp
