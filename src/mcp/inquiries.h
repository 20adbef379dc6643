#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/events.h"
#include "rpc/envelope.h"
#include "rpc/own_requests.h"
#include "skep/context.h"
#include "skep/dialogue.h"

namespace skep::mcp {

class ServerSession;
class ToolCall;

/// What a server has asked its clients (in the legacy era; modern clients are asked by the answer to their request),
/// and the calls that wait for that.
///
/// On the executor's thread.
class Inquiries {
 public:
  using Answered = std::function<void(Answer)>;

  explicit Inquiries(const Services& services);
  ~Inquiries();
  Inquiries(const Inquiries&) = delete;
  Inquiries& operator=(const Inquiries&) = delete;

  /// Asks a session's client. `answered` is called once: with what it says, or that nobody has answered in
  /// limits::kAskMs or will any more.
  void Ask(ServerSession& session, const Question& question, Answered answered);

  /// Asks what a call has to ask, and keeps the call until all of that is answered; then it is run again.
  /// REQUIRES: call->dialogue().asked, and its session has not ended.
  void Park(std::unique_ptr<ToolCall> call);
  /// The call, if it is kept here, whose questions are withdrawn; else null.
  std::unique_ptr<ToolCall> Take(const ToolCall& call);

  /// A client says something to a request of ours; if it was none, or is over, that is counted.
  void OnResponse(const ServerSession& session, const rpc::Message& message);
  /// No answers will come. REQUIRES: no call of the session is kept here any more.
  void EndSession(const ServerSession& session);

  /// Calls that are kept.
  std::size_t size() const { return parked_.size(); }
  rpc::OwnRequestStats stats() const { return requests_.stats(); }

 private:
  struct Asked {
    ServerSession* session;
    Question::Kind kind;
    Answered answered;
  };
  using Requests = rpc::OwnRequests<Asked>;
  struct Parked {
    std::unique_ptr<ToolCall> call;
    std::int64_t owner = 0;
    std::vector<std::uint64_t> ids;  ///< Of what is still to be answered.
  };

  /// Sends a question; 0 when too many are pending.
  std::uint64_t Send(ServerSession& session, const Question& question, std::string_view traceparent, Answered answered);
  void OnAnswer(const ToolCall& call, std::uint64_t id, const std::string& key, Answer answer);
  void Expire();

  const Services services_;
  Requests requests_;
  std::unordered_map<const ToolCall*, Parked> parked_;
  std::unique_ptr<Events::Timer> tick_;
  bool ticks_ = false;
  bool told_ = false;  ///< That a client answers what it was not asked: once is enough.
};

}  // namespace skep::mcp
