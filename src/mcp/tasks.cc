#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"
#include "mcp/list_cursor.h"
#include "mcp/methods.h"
#include "mcp/server.h"
#include "mcp/session.h"
#include "mcp/task_calls.h"
#include "store/store.h"
#include "store/transaction.h"

// The protocol's tasks: calls that a client does not wait for. Experimental in revision 2025-11-25, an extension in the
// modern era, with differences that are all here and in WriteTask.

namespace skep::mcp {

using json::Type;
using json::Value;
using rpc::ErrorCode;

namespace {

constexpr std::string_view kUnknown = "there is no such task: it may be too old";

/// The task that a request is about; answers by itself if there is none that it may ask for.
std::optional<CallRecord> NamedTask(ServerSession& session, const Request& request, rpc::Reply& reply) {
  if (request.modern() && !request.may_become_task) {
    reply.Error(ErrorCode::kMissingClientCapability, "this needs the client's extension for tasks",
                [](json::Writer& to) {
                  to.Raw(fmt::format(R"({{"requiredCapabilities":{{"extensions":{{"{}":{{}}}}}}}})", kTasksExtension));
                });
    return std::nullopt;
  }
  const Value id = request.params.Find("taskId");
  if (!id.Is(Type::kString)) {
    reply.Error(ErrorCode::kInvalidParams, "params.taskId is required and must be a string");
    return std::nullopt;
  }
  auto found = session.server().task_calls().Find(id.AsString(), request.modern());
  if (!found) {
    reply.Error(ErrorCode::kInternal, found.error().message);
    return std::nullopt;
  }
  if (!*found) reply.Error(ErrorCode::kInvalidParams, kUnknown);
  return *std::move(found);
}

/// A result with the task's members in it, and in the modern era what ends every result.
void AnswerWithTask(rpc::Reply reply, const Server& server, const CallRecord& record) {
  reply.Result([&](json::Writer& to) {
    to.BeginObject();
    WriteTask(record, to);
    if (record.modern && !record.result.empty()) {
      to.Key(record.status == CallStatus::kFailed ? "error" : "result");
      to.Raw(record.result);
    }
    if (record.modern) to.out().Append(server.modern_tail());
    to.out().Append("}");
  });
}

void AnswerComplete(rpc::Reply reply, const Server& server, const CallRecord&) {
  reply.Result([&](json::Writer& to) {
    // Its tail begins with a comma: the only members.
    to.out().Append("{");
    to.out().Append(server.modern_tail().substr(1));
    to.out().Append("}");
  });
}

/// What the call itself would have been answered with, and which task it was.
void AnswerWithResult(rpc::Reply reply, const Server&, const CallRecord& record) {
  if (record.status == CallStatus::kCancelled) return reply.Error(ErrorCode::kInvalidParams, "the task was cancelled");
  if (record.status == CallStatus::kFailed) return reply.Error(ErrorCode::kInternal, record.message);
  const std::string related = fmt::format(R"("{}":{{"taskId":"{}"}})", kMetaRelatedTask, record.id);
  std::string_view result = record.result;
  reply.Result([&](json::Writer& to) {
    // A failure ends with its _meta, any other result has none.
    const bool has_meta = record.tool_failed;
    result.remove_suffix(has_meta ? 2 : 1);
    to.out().Append(result);
    to.out().Append(has_meta ? "," : R"(,"_meta":{)");
    to.out().Append(related);
    to.out().Append("}}");
  });
}

}  // namespace

void GetTask(ServerSession& session, const Request& request, rpc::Reply reply) {
  const auto task = NamedTask(session, request, reply);
  if (task) AnswerWithTask(std::move(reply), session.server(), *task);
}

void GetTaskResult(ServerSession& session, const Request& request, rpc::Reply reply) {
  const auto task = NamedTask(session, request, reply);
  if (!task) return;
  if (task->status != CallStatus::kWorking) return AnswerWithResult(std::move(reply), session.server(), *task);
  TaskCalls& calls = session.server().task_calls();
  if (!calls.RunsHere(task->id)) {
    return reply.Error(ErrorCode::kInvalidParams, "the task runs in another server: poll tasks/get until it has ended");
  }
  calls.AnswerWhenEnded(task->id, session, std::move(reply), AnswerWithResult);
}

void CancelTask(ServerSession& session, const Request& request, rpc::Reply reply) {
  const auto task = NamedTask(session, request, reply);
  if (!task) return;
  TaskCalls& calls = session.server().task_calls();
  if (task->status != CallStatus::kWorking) {
    if (request.modern()) return AnswerComplete(std::move(reply), session.server(), *task);
    return reply.Error(ErrorCode::kInvalidParams, "the task has ended already");
  }
  if (!calls.RunsHere(task->id)) {
    return reply.Error(ErrorCode::kInvalidParams, "the task runs in another server, which alone can cancel it");
  }
  // Answered when that it was cancelled is in the database.
  calls.AnswerWhenEnded(task->id, session, std::move(reply), request.modern() ? AnswerComplete : AnswerWithTask);
  calls.Cancel(task->id);
}

void UpdateTask(ServerSession& session, const Request& request, rpc::Reply reply) {
  const auto task = NamedTask(session, request, reply);
  if (!task) return;
  if (!request.params.Find("inputResponses").Is(Type::kObject)) {
    return reply.Error(ErrorCode::kInvalidParams, "params.inputResponses is required and must be an object");
  }
  // Our tasks ask nothing: answers to nothing are passed over, as the extension wants.
  AnswerComplete(std::move(reply), session.server(), *task);
}

void ListTasks(ServerSession& session, const Request& request, rpc::Reply reply) {
  std::int64_t after = 0;
  if (const Value cursor = request.params.Find("cursor"); cursor.exists()) {
    const std::string_view text = cursor.Is(Type::kString) ? cursor.AsString() : "?";
    const auto place = text.empty() ? std::optional<std::int64_t>(0) : ParseTasksCursor(text);
    if (!place) {
      return reply.Error(ErrorCode::kInvalidParams,
                         "params.cursor is none that tasks/list has given; begin without one");
    }
    after = *place;
  }
  const Services& services = session.server().services();
  store::Database& database = services.store.Reader();
  auto records = ListCalls(database, false, after, limits::kTasksPage + 1, services.clock.WallMs());
  if (const auto read = store::TakeError(database); !read) {
    return reply.Error(ErrorCode::kInternal, read.error().message);
  }
  const bool more = std::ssize(records) > limits::kTasksPage;
  if (more) records.pop_back();
  reply.Result([&](json::Writer& to) {
    to.BeginObject();
    to.Key("tasks");
    to.BeginArray();
    for (const CallRecord& record : records) {
      to.BeginObject();
      WriteTask(record, to);
      to.EndObject();
    }
    to.EndArray();
    if (more) to.Member("nextCursor", std::string_view(FormatTasksCursor(records.back().number)));
    to.EndObject();
  });
}

}  // namespace skep::mcp
