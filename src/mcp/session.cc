#include "mcp/session.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/printable.h"
#include "mcp/batch.h"
#include "mcp/deferred.h"
#include "mcp/methods.h"
#include "mcp/server.h"
#include "mcp/tool_call.h"
#include "store/store.h"

namespace skep::mcp {

using json::Type;
using json::Value;
using rpc::ErrorCode;
using rpc::Message;

ServerSession::ServerSession(Server& server, Transport& transport, ClientIdentity client)
    : server_(server), transport_(transport) {
  scope_->set_client(std::move(client));
  server_.CountSession(1);
}

ServerSession::~ServerSession() {
  server_.CountSession(-1);
  OnGone();
  server_.task_calls().EndSession(*this);
  for (Deferred* const deferred : deferred_) deferred->Abandon();
  server_.requests().EndSession(scope_->serial, [](ToolCall* call) { call->Abandon(); });
}

void ServerSession::OnEnd() {
  ended_ = true;
  const std::vector<ToolCall*> waiting = waiting_;
  for (ToolCall* const call : waiting) call->EndWait();
  OnGone();
  // One that has none yet may get it by what is in flight.
  if (scope_->row != 0 || in_flight_ > 0) server_.EndSession(scope_);
}

void ServerSession::OnGone() {
  server_.inquiries().EndSession(*this);
  server_.subscriptions().EndSession(*this);
  server_.log_relay().EndSession(*this);
}

void ServerSession::Close(std::size_t begin) {
  Block& out = transport_.Output();
  if (out.size() == begin) return;
  out.Append("\n");
  if (!in_frame_) transport_.Flush();
}

void ServerSession::Answered(const rpc::Mark& mark, std::size_t bytes, const rpc::Failure* failure) {
  server_.meter().Answered(mark, bytes, failure, in_frame_, last_operation_);
}

rpc::Mark ServerSession::TakeMark() {
  return {.began_ns = frame_began_ns_, .bytes_in = std::exchange(frame_bytes_, 0)};
}

std::size_t ServerSession::Budget() const { return limits::kMaxLine - 1; }  // its '\n'

void ServerSession::OnFrame(std::span<char> frame) {
  in_frame_ = true;
  frame_bytes_ = static_cast<std::uint32_t>(frame.size());
  frame_began_ns_ = server_.meter().Begin();
  json::Reader& reader = server_.reader();
  const json::Outcome outcome = reader.Parse(frame);
  const bool number_out_of_range = outcome == json::Outcome::kNumberRange;
  if (outcome == json::Outcome::kOk || number_out_of_range) [[likely]] {
    const Value root = reader.root();
    if (root.Is(Type::kArray)) {
      OnBatch(root, number_out_of_range);
    } else {
      OnMessage(root, *this, false, number_out_of_range);
    }
  } else if (outcome == json::Outcome::kTooDeep) {
    rpc::WriteErrorWithoutId(*this, ErrorCode::kInvalidRequest,
                             fmt::format("nested deeper than {} levels, or never closed", limits::kMaxDepth),
                             TakeMark());
  } else if (outcome == json::Outcome::kNoMemory) {
    rpc::WriteErrorWithoutId(*this, ErrorCode::kInternal, "no memory to parse this message", TakeMark());
  } else {
    rpc::WriteErrorWithoutId(*this, ErrorCode::kParse, fmt::format("not valid JSON: {}", reader.error()), TakeMark());
  }
  in_frame_ = false;
}

void ServerSession::OnDrained() {
  server_.meter().Pause();
  server_.services().store.EndRead();
}

void ServerSession::OnOversizeFrame() {
  in_frame_ = true;
  frame_began_ns_ = server_.meter().Begin();
  rpc::WriteErrorWithoutId(*this, ErrorCode::kInvalidRequest,
                           fmt::format("a message may have at most {} bytes; this one was skipped. Large values can be "
                                       "stored in several keys",
                                       limits::kMaxFrame),
                           TakeMark());
  in_frame_ = false;
}

void ServerSession::OnBatch(Value root, bool number_out_of_range) {
  if (revision_ != kBatches) {
    return rpc::WriteErrorWithoutId(
        *this, ErrorCode::kInvalidRequest,
        fmt::format("batches exist in protocol {} only; this session speaks {}", Name(kBatches), Name(revision_)),
        TakeMark());
  }
  std::size_t count = 0;
  Value element;
  for (json::Elements elements(root); elements.Next(element);) ++count;
  if (count == 0)
    return rpc::WriteErrorWithoutId(*this, ErrorCode::kInvalidRequest, "a batch must not be empty", TakeMark());
  if (count > limits::kMaxBatch) {
    return rpc::WriteErrorWithoutId(
        *this, ErrorCode::kInvalidRequest,
        fmt::format("a batch may have at most {} messages, this one has {}", limits::kMaxBatch, count), TakeMark());
  }
  Batch& batch = Batch::Begin(*this);
  for (json::Elements elements(root); elements.Next(element);) {
    batch.Hold();
    frame_began_ns_ = server_.meter().Begin();
    OnMessage(element, batch, true, number_out_of_range);
  }
  batch.Release();
}

void ServerSession::OnMessage(Value root, rpc::ReplyTarget& target, bool in_batch, bool number_out_of_range) {
  Message message;
  if (auto refusal = rpc::ReadEnvelope(root, number_out_of_range, message)) {
    rpc::Reply reply(target, std::move(refusal->id));
    reply.mark() = TakeMark();
    return reply.Error(refusal->code, refusal->message);
  }
  rpc::Reply reply(target, std::move(message.id));
  reply.mark() = TakeMark();
  switch (message.kind) {
    case Message::Kind::kRequest:
      return Dispatch(message, std::move(reply), in_batch);
    case Message::Kind::kNotification:
      reply.Discard();
      return OnNotification(message);
    case Message::Kind::kResponse:
      message.id = reply.id();
      reply.Discard();
      return server_.inquiries().OnResponse(*this, message);
  }
}

void ServerSession::OnNotification(const Message& message) {
  const bool tells_roots =
      message.method == "notifications/initialized" || message.method == "notifications/roots/list_changed";
  if (tells_roots && abilities_.roots && !ended_) NoteRootsChange();
  // Those that say nothing we act on, known or not, are passed over, as JSON-RPC wants.
  if (message.method != "notifications/cancelled") return;
  std::string id;
  if (!rpc::ReadId(message.params.Find("requestId"), id)) return;
  std::vector<ToolCall*> cancelled;
  server_.requests().Find(scope_->serial, id, [&](ToolCall* call) { cancelled.push_back(call); });
  for (ToolCall* const call : cancelled) call->Cancel();
  for (Deferred* const deferred : deferred_) {
    if (deferred->id() == id) deferred->Cancel();
  }
  server_.task_calls().CancelRequest(*this, id);
  server_.subscriptions().CancelListen(*this, id);
}

void ServerSession::Dispatch(const Message& message, rpc::Reply reply, bool in_batch) {
  Request request{.method = {}, .params = {}, .revision = revision_, .in_batch = in_batch, .progress_token = {}};
  if (!ReadRequest(message, revision_, request, reply)) return;
  if (!request.modern()) request.abilities = abilities_;
  // Once the session has a row, that says who it is.
  if ((request.client_info.exists() || request.thread.exists()) && scope_->row == 0) {
    NoteClient(request.client_info, request.thread);
  }
  if (in_batch && request.revision != kBatches) {
    return reply.Error(ErrorCode::kInvalidRequest,
                       fmt::format("protocol {} has no batches: send this request on its own", Name(request.revision)));
  }
  if (!request.traceparent.empty()) {
    const Value name = request.params.Find("name");
    Log(LogLevel::kInfo, "{} {}: traceparent {}", Printable(message.method, limits::kMaxQuoted),
        Printable(name.Is(Type::kString) ? name.AsString() : std::string_view(), limits::kMaxQuoted),
        request.traceparent);
  }
  const Method* const method = FindMethod(message.method);
  if (method == nullptr) {
    return reply.Error(ErrorCode::kMethodNotFound,
                       fmt::format("there is no method \"{}\"", Printable(message.method, limits::kMaxQuoted)));
  }
  reply.mark().operation = server_.meter().OperationOf(*method);
  if (request.revision < method->since || request.revision > method->until) {
    return reply.Error(
        ErrorCode::kMethodNotFound,
        fmt::format("protocol {} has no method \"{}\"{}", Name(request.revision), message.method,
                    method->since == kModern ? "; its request must name its version in params._meta" : ""));
  }
  if (method->in_turn && HasUnfinishedWrite()) {
    return server_.services().store.Submit(std::make_unique<Deferred>(*this, *method, request, std::move(reply)));
  }
  method->call(*this, request, std::move(reply));
}

void ServerSession::Watch(int more) {
  watching_ += static_cast<std::size_t>(more);
  server_.CountWatching(more);
}

void ServerSession::Enter(ToolCall& call) {
  ++in_flight_;
  if (call.goes_on()) Watch(1);
  server_.EnterRequest(*scope_, call);
  if (call.holds_back_reads()) ++writes_in_flight_;
  bytes_in_flight_ += call.bytes();
}

void ServerSession::Leave(ToolCall& call) {
  --in_flight_;
  if (call.goes_on()) Watch(-1);
  server_.requests().Remove(scope_->serial, call.id(), &call);
  if (call.holds_back_reads()) --writes_in_flight_;
  if (call.waits()) std::erase(waiting_, &call);
  bytes_in_flight_ -= call.bytes();
}

void ServerSession::EnterDeferred(Deferred& deferred) {
  deferred_.push_back(&deferred);
  bytes_in_flight_ += deferred.bytes();
}

void ServerSession::LeaveDeferred(Deferred& deferred) {
  std::erase(deferred_, &deferred);
  bytes_in_flight_ -= deferred.bytes();
}

void ServerSession::NoteRootsChange() {
  roots_changed_ = roots_asked_;
  if (!std::exchange(roots_asked_, true)) AskForRoots(*this);
}

void ServerSession::NoteRootsAnswer() {
  roots_asked_ = false;
  if (std::exchange(roots_changed_, false) && !ended_) NoteRootsChange();
}

void ServerSession::BeginWait(ToolCall& call) {
  if (call.holds_back_reads()) --writes_in_flight_;
  waiting_.push_back(&call);
}

void ServerSession::NoteClient(json::Value client_info, json::Value thread) {
  ClientIdentity client = scope_->client();
  const auto note = [](json::Value value, std::string& text) {
    if (value.exists() && value.Is(Type::kString)) text = value.AsString().substr(0, limits::kMaxClientText);
  };
  note(client_info.Find("name"), client.name);
  note(client_info.Find("version"), client.version);
  note(thread, client.session);
  scope_->set_client(std::move(client));
}

void ServerSession::SendProgress(std::string_view token, double done, double total, std::string_view message,
                                 std::string_view task) {
  Send([&](json::Writer& to) {
    to.Member("method", "notifications/progress");
    to.Key("params");
    to.BeginObject();
    to.Key("progressToken");
    to.Raw(token);
    to.Key("progress");
    to.Double(done);
    if (total > 0) {
      to.Key("total");
      to.Double(total);
    }
    if (!message.empty()) to.Member("message", message);
    if (!task.empty()) {
      to.Key("_meta");
      to.BeginObject();
      to.Key(kMetaRelatedTask);
      to.BeginObject();
      to.Member("taskId", task);
      to.EndObject();
      to.EndObject();
    }
    to.EndObject();
  });
}

void ServerSession::Send(FunctionRef<void(json::Writer&)> write) {
  const std::size_t begin = Open().size();
  json::Writer to(Open());
  to.BeginObject();
  to.Member("jsonrpc", "2.0");
  write(to);
  to.EndObject();
  Close(begin);
}

}  // namespace skep::mcp
