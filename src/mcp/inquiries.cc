#include "mcp/inquiries.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "mcp/answer.h"
#include "mcp/request_state.h"
#include "mcp/session.h"
#include "mcp/tool_call.h"
#include "metrics/collector.h"
#include "store/store.h"

namespace skep::mcp {
namespace {

/// How often it is looked whether somebody has let his time go by: he had minutes.
constexpr std::int64_t kTickMs = 1000;

Answer Dismissed(Question::Kind kind) { return {.outcome = Answer::Outcome::kDismissed, .kind = kind, .content = {}}; }

void Withdraw(ServerSession& session, std::uint64_t id, std::string_view reason) {
  session.Send([&](json::Writer& to) {
    to.Member("method", "notifications/cancelled");
    to.Key("params");
    to.BeginObject();
    to.Member("requestId", static_cast<std::int64_t>(id));
    to.Member("reason", reason);
    to.EndObject();
  });
}

}  // namespace

Inquiries::Inquiries(const Services& services)
    : services_(services), requests_(randombytes_random()), tick_(services.events.MakeTimer([this] { Expire(); })) {}

Inquiries::~Inquiries() = default;

std::uint64_t Inquiries::Send(ServerSession& session, const Question& question, std::string_view traceparent,
                              Answered answered) {
  auto asked = std::make_unique<Asked>(Asked{&session, question.kind, std::move(answered)});
  const std::int64_t deadline_ns = services_.clock.SteadyNs() + limits::kAskMs * 1'000'000;
  const auto id = requests_.Insert(session.scope()->serial, asked.get(), deadline_ns);
  if (!id) return 0;
  static_cast<void>(asked.release());  // it is the table's
  session.Send([&](json::Writer& to) {
    to.Member("id", static_cast<std::int64_t>(*id));
    WriteQuestion(question, fmt::format("elicitation-{}", *id), traceparent, to);
  });
  if (!std::exchange(ticks_, true)) tick_->Set(kTickMs);
  return *id;
}

void Inquiries::Ask(ServerSession& session, const Question& question, Answered answered) {
  // If there is no room, nobody was asked and nobody answers.
  if (Send(session, question, {}, answered) == 0) answered(Dismissed(question.kind));
}

void Inquiries::Park(std::unique_ptr<ToolCall> call) {
  ToolCall& self = *call;
  ServerSession& session = *self.session();
  Parked& parked = parked_[&self];
  parked.call = std::move(call);
  parked.owner = session.scope()->serial;
  // What is asked is sent from a copy: the call may be run again as soon as the last answer is there.
  const std::vector<Question> questions = self.dialogue().asked;
  const std::string traceparent(self.traceparent());
  for (const Question& question : questions) {
    auto id = std::make_shared<std::uint64_t>(0);
    *id = Send(session, question, traceparent,
               [this, &self, id, key = question.key](Answer answer) { OnAnswer(self, *id, key, std::move(answer)); });
    if (*id != 0) {
      parked.ids.push_back(*id);
    } else {
      self.dialogue().answers[question.key] = Dismissed(question.kind);
    }
  }
  if (parked.ids.empty()) OnAnswer(self, 0, {}, {});
}

void Inquiries::OnAnswer(const ToolCall& call, std::uint64_t id, const std::string& key, Answer answer) {
  const auto found = parked_.find(&call);
  if (found == parked_.end()) return;
  Parked& parked = found->second;
  if (!key.empty()) parked.call->dialogue().answers[key] = std::move(answer);
  std::erase(parked.ids, id);
  if (!parked.ids.empty()) return;
  auto ready = std::move(parked.call);
  parked_.erase(found);
  ready->EndPark();
  services_.store.Submit(std::move(ready));
}

std::unique_ptr<ToolCall> Inquiries::Take(const ToolCall& call) {
  const auto found = parked_.find(&call);
  if (found == parked_.end()) return nullptr;
  Parked parked = std::move(found->second);
  parked_.erase(found);
  for (const std::uint64_t id : parked.ids) {
    const std::unique_ptr<Asked> asked(requests_.Take(parked.owner, id, rpc::Ending::kGivenUp));
    if (asked != nullptr && !asked->session->ended()) Withdraw(*asked->session, id, "the call was cancelled");
  }
  return std::move(parked.call);
}

void Inquiries::OnResponse(const ServerSession& session, const rpc::Message& message) {
  const std::int64_t began_ns = services_.clock.SteadyNs();
  const std::unique_ptr<Asked> asked(requests_.Take(session.scope()->serial, rpc::ReadOwnId(message.id)));
  if (services_.collector != nullptr) {
    services_.collector->recorder().Record(metrics::Recorder::Thread::kLoop, metrics::Operation::kCorrelation,
                                           static_cast<std::uint64_t>(services_.clock.SteadyNs() - began_ns));
  }
  if (asked == nullptr) {
    if (!std::exchange(told_, true)) Log(LogLevel::kInfo, "a client answers what it was not asked: {}", message.id);
    return;
  }
  asked->answered(message.result.exists() ? ReadAnswer(asked->kind, message.result) : Dismissed(asked->kind));
}

void Inquiries::EndSession(const ServerSession& session) {
  std::vector<std::unique_ptr<Asked>> over;
  requests_.CancelOwner(session.scope()->serial,
                        [&](const Requests::Pending& pending) { over.emplace_back(pending.request); });
  for (const auto& asked : over) asked->answered(Dismissed(asked->kind));
}

void Inquiries::Expire() {
  std::vector<Requests::Pending> over;
  requests_.Expire(services_.clock.SteadyNs(), [&](const Requests::Pending& pending) { over.push_back(pending); });
  for (const Requests::Pending& pending : over) {
    const std::unique_ptr<Asked> asked(pending.request);
    Withdraw(*asked->session, pending.id, "nobody has answered in time");
    asked->answered(Dismissed(asked->kind));
  }
  ticks_ = requests_.stats().AllPending() > 0;
  if (ticks_) tick_->Set(kTickMs);
}

}  // namespace skep::mcp
