#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/task_records.h"
#include "mcp/tool_call.h"
#include "rpc/reply.h"

namespace skep::mcp {

class Server;
class ServerSession;

/// Calls of this process that have become tasks of the protocol and are under way. That a call is one is in the
/// database before its client hears of it, and how it has ended before anybody does.
///
/// On the executor's thread.
class TaskCalls {
 public:
  explicit TaskCalls(Server& server);
  ~TaskCalls();
  TaskCalls(const TaskCalls&) = delete;
  TaskCalls& operator=(const TaskCalls&) = delete;

  /// Notes a call of a tool that waits, tells the client its name, and starts it.
  void Begin(ServerSession& session, const Tool& tool, ToolArgs& args, const Request& request, std::int64_t ttl_ms,
             rpc::Reply reply);

  /// How it is: what the database knows, and how far it is if it runs here. Error: the database's.
  Expected<std::optional<CallRecord>> Find(std::string_view id, bool modern) const;

  /// How a request about a call is answered once that has ended.
  using Answer = void (*)(rpc::Reply reply, const Server& server, const CallRecord& record);
  /// Whether the call is under way in this process.
  bool RunsHere(std::string_view id) const { return live_.contains(id); }
  /// Answers when the call has ended. REQUIRES: RunsHere.
  void AnswerWhenEnded(std::string_view id, ServerSession& session, rpc::Reply reply, Answer answer);
  /// Cancels a call that runs here. Its end comes later: when that is in the database.
  void Cancel(std::string_view id);

  /// The client no longer wants the answer to a request about a call, or to the one that began it.
  void CancelRequest(ServerSession& session, std::string_view id);
  /// The session is gone: nobody is left to tell. Its calls are cancelled by the end of their session.
  void EndSession(const ServerSession& session);

  // For the call itself.
  void NoteProgress(const std::string& id, std::string_view message);

  std::size_t size() const { return live_.size(); }

 private:
  class Live;
  friend class Live;
  class BeginOperation;
  class EndOperation;

  void AnswerBegun(rpc::Reply& reply, const CallRecord& record) const;
  void OnBegun(const std::string& id, const Expected<void>& outcome);
  void OnEnded(const std::string& id, const Expected<void>& outcome);

  Server& server_;
  std::map<std::string, std::unique_ptr<Live>, std::less<>> live_;
};

/// A task as the protocol shows it: its members, without what surrounds them.
void WriteTask(const CallRecord& record, json::Writer& to);

}  // namespace skep::mcp
