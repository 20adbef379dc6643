#include "mcp/task_calls.h"

#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/time_text.h"
#include "json/copy.h"
#include "json/reader.h"
#include "mcp/server.h"
#include "mcp/session.h"
#include "store/liveness.h"
#include "store/transaction.h"
#include "store/write_lock.h"
#include "swarm/session.h"
#include "swarm/stored_enum.h"

namespace skep::mcp {
namespace {

std::string NewId() {
  unsigned char random[16];
  randombytes_buf(random, sizeof(random));
  char hex[2 * sizeof(random) + 1];
  return sodium_bin2hex(hex, sizeof(hex), random, sizeof(random));
}

void Time(json::Writer& to, std::string_view name, std::int64_t ms) {
  char text[kTimeTextSize];
  to.Key(name);
  to.Plain(FormatTime(ms, text));
}

/// What a tool that has failed says, of a result with isError.
std::string FirstText(json::Value result) {
  const json::Value content = result.Find("content");
  json::Value first;
  if (!content.Is(json::Type::kArray) || !json::Elements(content).Next(first)) return {};
  const json::Value text = first.Find("text");
  return text.Is(json::Type::kString) ? std::string(text.AsString()) : std::string();
}

}  // namespace

void WriteTask(const CallRecord& record, json::Writer& to) {
  // A failure of the tool is the task's failure in the legacy era, and a result like any other in the modern one.
  const bool failed = record.tool_failed && !record.modern;
  to.Member("taskId", std::string_view(record.id));
  to.Member("status", swarm::NameOf(failed ? CallStatus::kFailed : record.status));
  if (!record.message.empty()) to.Member("statusMessage", std::string_view(record.message));
  Time(to, "createdAt", record.created_ms);
  Time(to, "lastUpdatedAt", record.updated_ms);
  to.Member(record.modern ? "ttlMs" : "ttl", record.ttl_ms);
  if (record.status == CallStatus::kWorking) {
    to.Member(record.modern ? "pollIntervalMs" : "pollInterval", limits::kTaskPollMs);
  }
}

/// A call under way, and where its answer goes: into the database.
class TaskCalls::Live final : public rpc::ReplyTarget {
 public:
  Live(TaskCalls& calls, CallRecord record) : record_(std::move(record)), calls_(calls) {}

  // rpc::ReplyTarget
  Block& Open() override { return answer_; }
  void Close(std::size_t begin) override;
  void Answered(const rpc::Mark& mark, std::size_t bytes, const rpc::Failure* failure) override {
    calls_.server_.meter().Answered(mark, bytes, failure, false, previous_);
  }
  std::size_t Budget() const override { return limits::kMaxLine - limits::kMaxIdBytes - rpc::kMaxErrorBytes; }

  CallRecord record_;
  std::optional<rpc::Reply> begun_;  ///< To the request that began it, until that is answered.
  std::unique_ptr<ToolCall> unstarted_;
  ToolCall* call_ = nullptr;  ///< Null once it has ended.
  ServerSession* session_ = nullptr;
  bool noted_ = true;  ///< Whether the database has it, or will.
  struct Waiting {
    ServerSession* session;
    rpc::Reply reply;
    Answer answer;
  };
  std::vector<Waiting> waiting_;

 private:
  void ReadAnswer(std::string_view answer);

  TaskCalls& calls_;
  std::uint16_t previous_ = rpc::Mark::kNoOperation;
  Block answer_;
};

class TaskCalls::BeginOperation final : public store::Operation {
 public:
  BeginOperation(TaskCalls& calls, const CallRecord& record, const Services& services)
      : calls_(calls), record_(record), services_(services) {}

  Expected<void> Run(store::Database& database) override {
    const auto token = services_.liveness->Hold();
    if (!token) return std::unexpected(token.error());
    const std::int64_t process =
        swarm::OpenProcess(database, *token, ::getpid(), store::BootNumber(), services_.clock.Now());
    InsertCall(database, record_, process);
    return {};
  }
  void Finish(Expected<void> outcome) override { calls_.OnBegun(record_.id, outcome); }

 private:
  TaskCalls& calls_;
  const CallRecord record_;
  const Services& services_;
};

class TaskCalls::EndOperation final : public store::Operation {
 public:
  EndOperation(TaskCalls& calls, CallRecord record) : calls_(calls), record_(std::move(record)) {}

  Expected<void> Run(store::Database& database) override {
    EndCall(database, record_);
    return {};
  }
  void Finish(Expected<void> outcome) override { calls_.OnEnded(record_.id, outcome); }
  std::size_t bytes() const override { return record_.result.size(); }

 private:
  TaskCalls& calls_;
  const CallRecord record_;
};

void TaskCalls::Live::ReadAnswer(std::string_view answer) {
  Block text(answer.size());
  text.Append(answer);
  json::Reader reader;
  if (reader.Parse({text.data(), text.size()}) != json::Outcome::kOk) {
    record_.status = CallStatus::kFailed;
    record_.message = "its result cannot be read: this is a bug in skep";
    return;
  }
  const json::Value result = reader.root().Find("result");
  const json::Value error = reader.root().Find("error");
  record_.status = result.exists() ? CallStatus::kCompleted : CallStatus::kFailed;
  record_.result = json::Copy(result.exists() ? result : error);
  record_.tool_failed = result.Find("isError").exists();
  record_.message.clear();
  if (record_.tool_failed) record_.message = FirstText(result);
  if (!result.exists()) record_.message = error.Find("message").AsString();
}

void TaskCalls::Live::Close(std::size_t begin) {
  // Whoever answers a call has done with it.
  call_ = nullptr;
  record_.updated_ms = calls_.server_.services().clock.WallMs();
  if (answer_.size() == begin) {
    record_.status = CallStatus::kCancelled;
    record_.message = "it was cancelled";
  } else {
    ReadAnswer(answer_.view());
  }
  if (noted_) calls_.server_.services().store.Submit(std::make_unique<EndOperation>(calls_, record_));
}

TaskCalls::TaskCalls(Server& server) : server_(server) {}
TaskCalls::~TaskCalls() = default;

void TaskCalls::Begin(ServerSession& session, const Tool& tool, ToolArgs& args, const Request& request,
                      std::int64_t ttl_ms, rpc::Reply reply) {
  const Services& services = server_.services();
  const std::int64_t now_ms = services.clock.WallMs();
  auto live = std::make_unique<Live>(*this, CallRecord{.id = NewId(),
                                                       .modern = request.modern(),
                                                       .tool = std::string(tool.info.name),
                                                       .message = {},
                                                       .created_ms = now_ms,
                                                       .updated_ms = now_ms,
                                                       .ttl_ms = ttl_ms,
                                                       .result = {}});
  const CallRecord& record = live->record_;
  live->session_ = &session;
  Request quiet = request;
  // With the answer that it is a task the request of the modern era is over: nothing more is said for it.
  if (request.modern()) quiet.log_level = LogLevel::kOff;
  // The call is measured by its tool, and its beginning by the method.
  rpc::Reply call_reply(*live, fmt::format("\"task {}\"", record.id));
  call_reply.mark() = reply.mark();
  reply.mark().operation = server_.meter().OperationOf(*FindMethod("tools/call"));
  live->unstarted_ = std::make_unique<ToolCall>(session, tool, args, quiet, AnswerForm{.modern = request.modern()},
                                                nullptr, std::move(call_reply));
  live->call_ = live->unstarted_.get();
  live->call_->BecomeTask(record.id);
  live->begun_ = std::move(reply);
  services.store.Submit(std::make_unique<BeginOperation>(*this, record, services));
  live_.emplace(record.id, std::move(live));
}

void TaskCalls::OnBegun(const std::string& id, const Expected<void>& outcome) {
  const auto found = live_.find(id);
  Live& live = *found->second;
  rpc::Reply reply = *std::exchange(live.begun_, std::nullopt);
  if (!outcome) {
    // There is no such task: nobody has heard of it, and its end is not noted.
    if (reply.open()) reply.Error(rpc::ErrorCode::kInternal, outcome.error().message);
    live.noted_ = false;
    live.unstarted_->Cancel();
    live.unstarted_.reset();
    live_.erase(found);
    return;
  }
  if (!reply.open()) live.unstarted_->Cancel();
  if (reply.open()) AnswerBegun(reply, live.record_);
  auto call = std::move(live.unstarted_);
  if (!call->cancelled()) ToolCall::Start(std::move(call));
}

void TaskCalls::AnswerBegun(rpc::Reply& reply, const CallRecord& record) const {
  reply.Result([&](json::Writer& to) {
    to.BeginObject();
    if (record.modern) {
      to.Member("resultType", "task");
      WriteTask(record, to);
      to.Key("_meta");
      to.BeginObject();
      to.Key(kMetaServerInfo);
      to.Raw(server_.server_info());
      to.EndObject();
    } else {
      to.Key("task");
      to.BeginObject();
      WriteTask(record, to);
      to.EndObject();
    }
    to.EndObject();
  });
}

void TaskCalls::OnEnded(const std::string& id, const Expected<void>& outcome) {
  const auto found = live_.find(id);
  const std::unique_ptr<Live> live = std::move(found->second);
  live_.erase(found);
  // Not in the database, it has not ended for anybody who asks later; those who wait are told nothing else.
  if (!outcome) {
    Log(LogLevel::kError, "the end of a task ({}) was not noted: {}", live->record_.tool, outcome.error().message);
    live->record_.status = CallStatus::kFailed;
    live->record_.message = outcome.error().message;
    live->record_.result = fmt::format(R"({{"code":-32603,"message":"its result could not be stored"}})");
  }
  if (live->session_ != nullptr && !live->record_.modern) {
    live->session_->Send([&](json::Writer& to) {
      to.Member("method", "notifications/tasks/status");
      to.Key("params");
      to.BeginObject();
      WriteTask(live->record_, to);
      to.EndObject();
    });
  }
  for (Live::Waiting& waiting : live->waiting_) {
    waiting.answer(std::move(waiting.reply), server_, live->record_);
    waiting.session->Unhold();
  }
}

Expected<std::optional<CallRecord>> TaskCalls::Find(std::string_view id, bool modern) const {
  if (const auto live = live_.find(id); live != live_.end() && live->second->call_ != nullptr) {
    if (live->second->record_.modern == modern) return live->second->record_;
    return std::nullopt;
  }
  const Services& services = server_.services();
  store::Database& database = services.store.Reader();
  auto record = FindCall(database, id, modern, services.clock.WallMs());
  if (auto read = store::TakeError(database); !read) return std::unexpected(std::move(read.error()));
  return record;
}

void TaskCalls::AnswerWhenEnded(std::string_view id, ServerSession& session, rpc::Reply reply, Answer answer) {
  session.Hold();
  live_.find(id)->second->waiting_.push_back({&session, std::move(reply), answer});
}

void TaskCalls::Cancel(std::string_view id) {
  const auto live = live_.find(id);
  if (live == live_.end() || live->second->call_ == nullptr) return;
  live->second->call_->Cancel();
}

void TaskCalls::CancelRequest(ServerSession& session, std::string_view id) {
  const auto is_it = [&](const rpc::Reply& reply, const ServerSession* asks) {
    return asks == &session && reply.open() && reply.id() == id;
  };
  for (const auto& [task, live] : live_) {
    // Nobody knows its name: the call goes with the request.
    if (live->begun_ && is_it(*live->begun_, live->session_)) live->begun_->Discard();
    for (Live::Waiting& waiting : live->waiting_) {
      if (is_it(waiting.reply, waiting.session)) waiting.reply.Discard();
    }
    std::erase_if(live->waiting_, [&](const Live::Waiting& waiting) {
      if (waiting.session == &session && !waiting.reply.open()) {
        session.Unhold();
        return true;
      }
      return false;
    });
  }
}

void TaskCalls::EndSession(const ServerSession& session) {
  for (const auto& [id, live] : live_) {
    for (Live::Waiting& waiting : live->waiting_) {
      if (waiting.session == &session) waiting.reply.Discard();
    }
    std::erase_if(live->waiting_, [&](const Live::Waiting& waiting) { return waiting.session == &session; });
    if (live->session_ != &session) continue;
    live->session_ = nullptr;
    if (live->begun_) live->begun_->Discard();
  }
}

void TaskCalls::NoteProgress(const std::string& id, std::string_view message) {
  const auto live = live_.find(id);
  if (live == live_.end()) return;
  live->second->record_.message = message;
  live->second->record_.updated_ms = server_.services().clock.WallMs();
}

}  // namespace skep::mcp
