#include "mcp/tool_call.h"

#include <fmt/format.h>

#include <cassert>

#include "base/clock.h"
#include "base/limits.h"
#include "mcp/server.h"
#include "mcp/session.h"
#include "mcp/tool_result.h"

namespace skep::mcp {
namespace {

bool IsRead(const Tool& tool, ToolArgs& args) {
  return tool.run != nullptr && tool.effect(tool, args.get()) == Effect::kRead;
}

}  // namespace

ToolCall::ToolCall(ServerSession& session, const Tool& tool, ToolArgs&& args, const Request& request, rpc::Reply reply)
    : session_(&session),
      server_(session.server()),
      scope_(session.scope()),
      tool_(tool),
      args_(std::move(args)),
      modern_(request.modern()),
      held_(sizeof(*this) + args_.text_bytes() + (IsRead(tool, args_) ? session.ExpectedAnswer() : 0)),
      progress_token_(request.progress_token),
      reply_(std::move(reply)),
      began_ns_(server_.services().clock.SteadyNs()) {
  session_->Enter(*this);
}

ToolCall::~ToolCall() {
  if (session_ != nullptr) session_->Leave(*this);
}

void ToolCall::Cancel() {
  cancelled_.store(true, std::memory_order_relaxed);
  reply_.Discard();
  // The last that is done here: it may have been the only owner.
  server_.waits().Take(*this);
}

void ToolCall::Abandon() {
  session_ = nullptr;
  Cancel();
}

void ToolCall::EndWait() {
  if (const auto self = server_.waits().Take(*this)) self->GiveUp();
}

void ToolCall::Start(std::unique_ptr<ToolCall> call) {
  ToolCall& self = *call;
  ToolContext context(self.server_.services(), *self.scope_, nullptr);
  self.tool_.start(self.args_.get(), context, std::move(call));
}

namespace {

class StartInTurnOperation final : public store::Operation {
 public:
  explicit StartInTurnOperation(std::unique_ptr<ToolCall> call) : call_(std::move(call)) {}

  Expected<void> Run(store::Database&) override { return {}; }
  /// Whatever became of the writes in front of it: the tool sees for itself what there is.
  void Finish(Expected<void>) override {
    if (!call_->cancelled()) ToolCall::Start(std::move(call_));
  }
  bool cancelled() const override { return call_->cancelled(); }
  std::size_t bytes() const override { return call_->bytes(); }

 private:
  std::unique_ptr<ToolCall> call_;
};

}  // namespace

std::unique_ptr<store::Operation> ToolCall::StartInTurn(std::unique_ptr<ToolCall> call) {
  return std::make_unique<StartInTurnOperation>(std::move(call));
}

Expected<void> ToolCall::Run(store::Database& database) {
  result_.Clear();
  ToolContext context(server_.services(), *scope_, &database);
  json::Writer to(result_);
  auto done = tool_.run(args_.get(), context, to);
  session_row_ = context.used_session_row();
  wait_ = context.wait();
  if (wait_) mark_ = swarm::MarkOf(database, *wait_, context.now());
  return done;
}

void ToolCall::BeginAgain() {
  was_woken_ = true;
  running_again_ = true;
  woken_from_ = {wait_->what, wait_->key};
}

void ToolCall::Finish(Expected<void> outcome) {
  if (session_ != nullptr && IsRead(tool_, args_)) session_->NoteAnswer(2 * result_.size());
  if (outcome && session_row_ != 0) scope_->row = session_row_;
  if (std::exchange(running_again_, false)) server_.waits().NoteReturn(*this);
  if (outcome) server_.waits().NoteCommit();
  if (!reply_.open()) return;
  if (outcome && wait_ && Parks()) {
    parks_ = true;
  } else {
    Answer(outcome);
  }
}

bool ToolCall::Parks() {
  // No input, no session: nobody is left who could want to wait.
  if (session_ == nullptr || session_->ended() || give_up_ns() <= server_.services().clock.SteadyNs()) return false;
  if (waits_) return true;
  if (session_->waiting() >= limits::kMaxWaitingCalls) {
    Fail({ErrorCode::kConflict, fmt::format("{} calls of this session wait already: await or cancel one of them first",
                                            limits::kMaxWaitingCalls)});
    return false;
  }
  session_->BeginWait(*this);
  waits_ = true;
  return true;
}

void ToolCall::Release(std::unique_ptr<store::Operation> self) {
  if (!std::exchange(parks_, false)) return;
  assert(self.get() == this);
  static_cast<void>(self.release());  // it is this
  server_.waits().Park(std::unique_ptr<ToolCall>(this));
}

void ToolCall::Answer(const Expected<void>& outcome) {
  if (!reply_.open()) return;
  AnswerTool(reply_, server_, modern_, [&](json::Writer& to) -> Expected<void> {
    if (!outcome) return outcome;
    to.Raw(result_.view());
    return {};
  });
}

void ToolCall::Succeed(std::span<const Field> fields, const void* result) {
  if (!reply_.open()) return;
  AnswerTool(reply_, server_, modern_, [&](json::Writer& to) -> Expected<void> {
    EncodeFields(result, fields, to);
    return {};
  });
}

void ToolCall::Fail(Error error) {
  if (!reply_.open()) return;
  AnswerTool(reply_, server_, modern_,
             [&](json::Writer&) -> Expected<void> { return std::unexpected(std::move(error)); });
}

void ToolCall::Progress(double done, double total, std::string_view message) {
  if (!reply_.open() || progress_token_.empty() || done <= progress_) return;
  progress_ = done;
  session_->SendProgress(progress_token_, done, total, message);
}

bool ToolCall::ending() const { return session_ == nullptr || session_->ended(); }

}  // namespace skep::mcp
