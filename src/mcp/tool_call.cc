#include "mcp/tool_call.h"

#include <fmt/format.h>

#include <cassert>

#include "base/clock.h"
#include "base/limits.h"
#include "mcp/inquiries.h"
#include "mcp/request_state.h"
#include "mcp/server.h"
#include "mcp/session.h"

namespace skep::mcp {
namespace {

metrics::Operation WaitOperation(Wait::For what) {
  switch (what) {
    case Wait::For::kTask:
      return metrics::Operation::kWaitTask;
    case Wait::For::kMessage:
      return metrics::Operation::kWaitMessage;
    case Wait::For::kLease:
      return metrics::Operation::kWaitLease;
    case Wait::For::kTaskEnd:
      return metrics::Operation::kWaitTaskEnd;
  }
  return metrics::Operation::kUnknown;
}

bool IsRead(const Tool& tool, OwnedArgs& args) {
  return tool.run != nullptr && tool.effect(tool, args.get()) == Effect::kRead;
}

}  // namespace

ToolCall::ToolCall(ServerSession& session, const Tool& tool, ToolArgs& args, const Request& request,
                   const AnswerForm& form, std::unique_ptr<Dialogue> dialogue, rpc::Reply reply)
    : session_(&session),
      server_(session.server()),
      scope_(session.scope()),
      tool_(tool),
      args_(tool, args),
      uri_(form.uri.empty() ? nullptr : std::make_unique<const std::string>(form.uri)),
      form_{.kind = form.kind,
            .modern = form.modern,
            .resource = form.resource,
            .uri = uri_ == nullptr ? std::string_view() : std::string_view(*uri_)},
      trace_(request.traceparent.empty() ? nullptr : std::make_unique<const std::string>(request.traceparent)),
      dialogue_(std::move(dialogue)),
      held_(sizeof(*this) + args_.bytes() + (IsRead(tool, args_) ? session.ExpectedAnswer() : 0)),
      progress_token_(request.progress_token),
      log_level_(request.log_level),
      reply_(std::move(reply)),
      began_ns_(server_.services().clock.SteadyNs()),
      since_ns_(began_ns_) {
  session_->Enter(*this);
  server_.log_relay().BeginRequest(session, log_level_);
  if (reports()) server_.BeginReports(*this);
}

ToolCall::~ToolCall() {
  if (reports()) server_.EndReports(*this);
  if (session_ == nullptr) return;
  server_.log_relay().EndRequest(*session_, log_level_);
  session_->Leave(*this);
}

void ToolCall::Cancel() {
  // The tool may notice later.
  if (session_ != nullptr && goes_on()) session_->NoteStopped();
  cancelled_.store(true, std::memory_order_relaxed);
  if (reply_.open()) {
    NoteEnd();
    server_.meter().Cancelled(reply_.mark());
  }
  reply_.Discard();
  // The last that is done here: it may have been the only owner.
  if (!server_.inquiries().Take(*this)) server_.waits().Take(*this);
}

void ToolCall::TimeOut() {
  Fail({ErrorCode::kUnavailable,
        fmt::format("not finished in {} s and given up: ask for less at once, or try again when less is going on",
                    server_.request_timeout_ms() / 1000)});
  Cancel();
}

void ToolCall::Abandon() {
  session_ = nullptr;
  Cancel();
}

void ToolCall::EndWait() {
  if (const auto asking = server_.inquiries().Take(*this)) {
    return asking->Fail({ErrorCode::kCancelled, "the client ended the session before it answered what it was asked"});
  }
  if (const auto waiting = server_.waits().Take(*this)) waiting->GiveUp();
}

void ToolCall::Start(std::unique_ptr<ToolCall> call) {
  ToolCall& self = *call;
  store::Store& store = self.server_.services().store;
  ToolContext context(self.server_.services(), *self.scope_, nullptr);
  self.tool_.start(self.args_.get(), context, std::move(call));
  // It may be that no frame has brought us here, after which reads are ended.
  store.EndRead();
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
  if (server_.meter().on()) server_.meter().Queued(server_.services().clock.SteadyNs() - since_ns_);
  result_.Clear();
  if (dialogue_ != nullptr) dialogue_->asked.clear();
  ToolContext context(server_.services(), *scope_, &database, dialogue_.get());
  json::Writer to(result_);
  auto done = tool_.run(args_.get(), context, to);
  session_row_ = context.used_session_row();
  wait_ = context.wait();
  denied_ = !context.contended().empty();
  if (denied_) contended_ = std::make_unique<std::string>(context.contended());
  if (wait_) mark_ = swarm::MarkOf(database, *wait_, context.now());
  asks_ = context.asks();
  // An error undoes what the run has written: it will be run again.
  if (asks_) return skep::Fail(ErrorCode::kCancelled, "the client is asked first");
  return done;
}

void ToolCall::Report(std::int64_t now_ns) {
  constexpr std::int64_t kFirstMs = 1000;
  const std::int64_t taken_ms = (now_ns - began_ns_) / 1'000'000;
  if (taken_ms < (reported_ms_ == 0 ? kFirstMs : reported_ms_ + limits::kReportMs)) return;
  reported_ms_ = taken_ms;
  // What it waits for belongs to the store's thread while it runs there.
  const bool waiting = server_.waits().Holds(*this);
  const double total = waiting ? static_cast<double>(wait_->ms) / 1000 : 0;
  Progress(static_cast<double>(taken_ms) / 1000, total, waiting ? "waiting" : "working");
}

void ToolCall::EndPark() {
  if (!std::exchange(parked_, false) || !server_.meter().on()) return;
  const std::int64_t now_ns = server_.services().clock.SteadyNs();
  const std::int64_t parked_ns = now_ns - since_ns_;
  since_ns_ = now_ns;
  reply_.mark().began_ns += parked_ns;
  if (!waited_for_) return server_.meter().Waited(metrics::Operation::kWaitClient, parked_ns);
  waited_ns_ += parked_ns;
  if (contended_ != nullptr) server_.meter().Contended(*contended_, parked_ns, false);
}

void ToolCall::NoteEnd() {
  EndPark();
  if (waited_ns_ > 0) server_.meter().Waited(WaitOperation(*waited_for_), std::exchange(waited_ns_, 0));
}

void ToolCall::BeginAgain() {
  EndPark();
  was_woken_ = true;
  running_again_ = true;
  woken_from_ = {wait_->what, wait_->key};
}

void ToolCall::Finish(Expected<void> outcome) {
  if (session_ != nullptr && IsRead(tool_, args_)) session_->NoteAnswer(2 * result_.size());
  if (outcome && session_row_ != 0) scope_->row = session_row_;
  if (std::exchange(running_again_, false)) server_.waits().NoteReturn(*this);
  if (outcome) server_.NoteCommit();
  if (!followers_.empty()) {
    auto followers = std::exchange(followers_, {});
    if (cancelled()) {
      server_.waits().RunFirst(std::move(followers));
    } else {
      // What one has found is there for all of them: nobody waits again.
      server_.waits().Share(std::move(followers), outcome, std::string(result_.view()));
    }
  }
  if (!reply_.open()) return;
  if (std::exchange(asks_, false)) {
    if (ParksToAsk()) next_ = Next::kInquiries;
  } else if (outcome && wait_ && Parks()) {
    next_ = Next::kWaits;
    KeepResult();
  } else {
    Answer(outcome);
  }
}

bool ToolCall::ParksToAsk() {
  if (form_.modern) {
    AnswerInputRequired(reply_, server_, dialogue_->asked, traceparent(),
                        server_.request_states().Seal(RequestDigest(tool_, args_.get()), *dialogue_,
                                                      server_.services().clock.WallMs()));
    return false;
  }
  if (session_ == nullptr || session_->ended()) {
    Fail({ErrorCode::kCancelled, "the client ended the session before it could be asked"});
    return false;
  }
  return TakesPlace();
}

bool ToolCall::Parks() {
  // No input, no session: nobody is left who could want to wait.
  if (session_ == nullptr || session_->ended() || give_up_ns() <= server_.services().clock.SteadyNs()) return false;
  return TakesPlace();
}

void ToolCall::KeepResult() {
  Block exact(result_.size());
  exact.Append(result_.view());
  result_ = std::move(exact);
}

bool ToolCall::TakesPlace() {
  if (waits_) return true;
  const std::size_t most = server_.max_waiting_calls();
  if (session_->waiting() >= most) {
    Fail({ErrorCode::kConflict,
          fmt::format("{} calls of this session wait already: await or cancel one of them first", most)});
    return false;
  }
  session_->BeginWait(*this);
  waits_ = true;
  return true;
}

void ToolCall::Release(std::unique_ptr<store::Operation> self) {
  const Next next = std::exchange(next_, Next::kEnd);
  if (next == Next::kEnd) return;
  parked_ = true;
  if (next == Next::kWaits) waited_for_ = wait_->what;
  since_ns_ = server_.services().clock.SteadyNs();
  assert(self.get() == this);
  static_cast<void>(self.release());  // it is this
  std::unique_ptr<ToolCall> call(this);
  if (next == Next::kInquiries) return server_.inquiries().Park(std::move(call));
  server_.waits().Park(std::move(call));
}

void ToolCall::Answer(const Expected<void>& outcome) { AnswerAs(outcome, result_.view()); }

std::string ToolCall::Wish() const {
  Block text;
  text.Append(tool_.info.name);
  json::Writer to(text);
  EncodeFields(args_.get(), tool_.input, to);
  return std::string(text.view());
}

void ToolCall::FlushLog() {
  if (log_level_ != LogLevel::kOff) server_.log_relay().Flush();
}

void ToolCall::AnswerAs(const Expected<void>& outcome, std::string_view result) {
  if (!reply_.open()) return;
  NoteEnd();
  if (denied_) server_.meter().Contended(*contended_, 0, true);
  FlushLog();
  AnswerCall(reply_, server_, form_, [&](json::Writer& to) -> Expected<void> {
    if (!outcome) return outcome;
    to.Raw(result);
    return {};
  });
}

void ToolCall::Succeed(std::span<const Field> fields, const void* result) {
  if (!reply_.open()) return;
  FlushLog();
  AnswerCall(reply_, server_, form_, [&](json::Writer& to) -> Expected<void> {
    EncodeFields(result, fields, to);
    return {};
  });
}

void ToolCall::Fail(Error error) {
  if (!reply_.open()) return;
  NoteEnd();
  FlushLog();
  AnswerCall(reply_, server_, form_,
             [&](json::Writer&) -> Expected<void> { return std::unexpected(std::move(error)); });
}

void ToolCall::Progress(double done, double total, std::string_view message) {
  if (!reply_.open()) return;
  if (task_ != nullptr) server_.task_calls().NoteProgress(*task_, message);
  // The request of a modern task was over when that began.
  if (progress_token_.empty() || done <= progress_ || (form_.modern && task_ != nullptr)) return;
  progress_ = done;
  session_->SendProgress(progress_token_, done, total, message, task_ == nullptr ? std::string_view() : *task_);
}

bool ToolCall::ending() const { return session_ == nullptr || session_->ended(); }

}  // namespace skep::mcp
