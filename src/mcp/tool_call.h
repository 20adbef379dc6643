#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mcp/answer.h"
#include "mcp/request.h"
#include "rpc/reply.h"
#include "skep/block.h"
#include "skep/tool.h"
#include "store/store.h"
#include "swarm/wakeup.h"

namespace skep::mcp {

class Server;
class ServerSession;

/// A tool's decoded arguments while the request is there that their texts borrow from.
class ToolArgs {
 public:
  explicit ToolArgs(const Tool& tool) : tool_(tool) { tool.construct(storage_); }
  ToolArgs(const ToolArgs&) = delete;
  ToolArgs& operator=(const ToolArgs&) = delete;
  ~ToolArgs() { tool_.destroy(storage_); }

  void* get() { return storage_; }

 private:
  const Tool& tool_;
  alignas(std::max_align_t) std::byte storage_[kMaxArgsSize];
};

/// A tool's arguments on their own: as large as they are, since thousands of calls may wait.
class OwnedArgs {
 public:
  /// Takes them over; what their texts borrow is copied.
  OwnedArgs(const Tool& tool, ToolArgs& from)
      : tool_(tool), storage_(std::make_unique_for_overwrite<std::max_align_t[]>(Units(tool.args_size))) {
    tool_.move(storage_.get(), from.get());
    OwnText(tool_.input, storage_.get(), texts_);
  }
  OwnedArgs(const OwnedArgs&) = delete;
  OwnedArgs& operator=(const OwnedArgs&) = delete;
  ~OwnedArgs() { tool_.destroy(storage_.get()); }

  void* get() { return storage_.get(); }
  const void* get() const { return storage_.get(); }
  std::size_t bytes() const { return tool_.args_size + texts_.size(); }

 private:
  static constexpr std::size_t Units(std::size_t bytes) {
    return (bytes + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t);
  }

  const Tool& tool_;
  std::unique_ptr<std::max_align_t[]> storage_;
  Block texts_;
};

/// A call (of a tool, or of what reads a resource or writes a prompt) that is not answered at once: a write, a read
/// that waits for a write of its session, or a tool that waits. Made, finished and cancelled on the connection's
/// thread; only Run is on the store's.
///
/// A write that has found nothing and wants to wait is kept by the server's Waits, with the answer to give if nothing
/// comes, and is submitted to the store again when something may have come. One that has to ask its client first is
/// kept by the server's Inquiries until that has answered; in the modern era it is answered with its questions, and
/// comes back as another request.
class ToolCall final : public store::Operation, public PendingCall {
 public:
  /// `dialogue`: what its client can be asked and has answered already; null if it can be asked nothing.
  ToolCall(ServerSession& session, const Tool& tool, ToolArgs& args, const Request& request, const AnswerForm& form,
           std::unique_ptr<Dialogue> dialogue, rpc::Reply reply);
  ~ToolCall() override;

  const std::string& id() const { return reply_.id(); }
  /// Whether the session's reads queue behind it: what only waits holds back nothing.
  bool holds_back_reads() const { return tool_.run != nullptr && !waits_; }
  /// Whether it is of a tool that answers when it likes, and somebody wants the answer.
  bool goes_on() const { return tool_.start != nullptr && !cancelled(); }
  /// Whether it has found nothing and waits (or had to ask), or has done so and is run again.
  bool waits() const { return waits_; }
  /// The client no longer wants the answer. What has not begun never will; nothing more is sent. May destroy this.
  void Cancel();
  /// The session's input has ended: if this waits, or asks, it is answered now. May destroy this.
  void EndWait();
  /// It has taken too long: answered with an error. What has not begun never will. May destroy this.
  void TimeOut();
  /// The session ends before the call does.
  void Abandon();

  /// It is a task of the protocol by this id: how far it is, is asked for.
  void BecomeTask(std::string id) { task_ = std::make_unique<const std::string>(std::move(id)); }

  /// Starts a tool that waits, which then owns the call. REQUIRES: no write of its session is unfinished.
  static void Start(std::unique_ptr<ToolCall> call);
  /// The same behind the unfinished writes: an operation for the store, which does nothing but keep its place.
  static std::unique_ptr<store::Operation> StartInTurn(std::unique_ptr<ToolCall> call);

  // store::Operation
  Expected<void> Run(store::Database& database) override;
  void Finish(Expected<void> outcome) override;
  void Release(std::unique_ptr<store::Operation> self) override;
  bool cancelled() const override { return cancelled_.load(std::memory_order_relaxed); }
  std::size_t bytes() const override { return held_; }

  // For Inquiries.
  ServerSession* session() { return session_; }
  Dialogue& dialogue() { return *dialogue_; }
  /// Of its request; empty: it has none.
  std::string_view traceparent() const { return trace_ == nullptr ? std::string_view() : std::string_view(*trace_); }

  // For Waits.
  const std::optional<Wait>& wait() const { return wait_; }
  const swarm::WaitMark& mark() const { return mark_; }
  /// When its time is up, by the steady clock.
  std::int64_t give_up_ns() const { return began_ns_ + wait_->ms * 1'000'000; }
  /// Time is up: answers what it has.
  void GiveUp() { Answer({}); }
  /// Whether its client wants to hear of progress, and the tool does not tell it by itself.
  bool reports() const { return !progress_token_.empty() && tool_.run != nullptr; }
  /// Tells it after a second, and then every limits::kReportMs, that the call is worked on, or how long it has waited.
  void Report(std::int64_t now_ns);
  /// It is about to be submitted again.
  void BeginAgain();
  /// It no longer waits, or asks: for how long it has, is no part of how long it takes.
  void EndPark();
  /// It is over: for how long it has waited, is now known.
  void NoteEnd();
  /// What the tool is asked for: calls with the same wish, of a tool that only reads, get the same answer.
  std::string Wish() const;
  bool only_reads() const { return tool_.info.hints.read_only; }
  /// Others want the same: what this comes back with is theirs as well.
  void Lead(std::vector<std::unique_ptr<ToolCall>> followers) { followers_ = std::move(followers); }
  /// Answers with what another has come back with.
  void AnswerAs(const Expected<void>& outcome, std::string_view result);
  bool was_woken() const { return was_woken_; }
  /// What it waited for when it was woken.
  std::pair<Wait::For, std::int64_t> woken_from() const { return woken_from_; }

  // PendingCall
  void Succeed(std::span<const Field> fields, const void* result) override;
  void Fail(Error error) override;
  void Progress(double done, double total, std::string_view message) override;
  bool ending() const override;

 private:
  /// Where the call goes once the store lets go of it.
  enum class Next : std::uint8_t { kEnd, kWaits, kInquiries };

  /// Whether it is to wait now. Answers with an error by itself when its session has too many that do.
  bool Parks();
  /// Its client is to be asked. Answers by itself when that is how it is asked, or it cannot be any more.
  bool ParksToAsk();
  /// Takes one of the places that a session has for calls that wait. Answers by itself when there is none left.
  bool TakesPlace();
  /// In no more memory than it needs: thousands of calls may wait.
  void KeepResult();
  void Answer(const Expected<void>& outcome);
  /// What it has logged comes before its answer.
  void FlushLog();

  ServerSession* session_;  ///< Null once the session has ended. Not for Run, which is on another thread.
  Server& server_;
  std::shared_ptr<SessionScope> scope_;
  const Tool& tool_;
  OwnedArgs args_;
  const std::unique_ptr<const std::string> uri_;  ///< Of a resource; null: it is none. As what follows, few have one.
  const AnswerForm form_;
  const std::unique_ptr<const std::string> trace_;
  const std::unique_ptr<Dialogue> dialogue_;
  const std::size_t held_;  ///< Bytes: the arguments, and for a read what its answer is expected to be.
  const std::string progress_token_;
  std::unique_ptr<const std::string> task_;  ///< Its id as a task of the protocol; null: it is none.
  const LogLevel log_level_;                 ///< What its client wants to hear of meanwhile.
  double progress_ = 0;
  std::int64_t reported_ms_ = 0;  ///< After which time it has last told its client that it is under way.
  rpc::Reply reply_;
  Block result_;  ///< The structured result as JSON.

  const std::int64_t began_ns_;             ///< When the call came in.
  std::int64_t since_ns_;                   ///< Since when it has been where it is: in the store's queue, or waiting.
  std::unique_ptr<std::string> contended_;  ///< A path that others' leases kept it from; null: none.
  std::int64_t waited_ns_ = 0;              ///< For what it wants, so far.
  std::optional<Wait::For> waited_for_;     ///< What that is; nothing: it has not waited, or only for its client.
  std::optional<Wait> wait_;                ///< Of the last run.
  swarm::WaitMark mark_;                    ///< What that run has seen.
  std::int64_t session_row_ = 0;            ///< As which it has acted; to be remembered once that is committed.
  std::vector<std::unique_ptr<ToolCall>> followers_;
  bool waits_ = false;
  bool asks_ = false;       ///< Its last run has asked something.
  bool denied_ = false;     ///< Its last run has found contended_ leased.
  bool parked_ = false;     ///< It is with Waits or Inquiries.
  Next next_ = Next::kEnd;  ///< Between Finish and Release.
  bool was_woken_ = false;
  bool running_again_ = false;
  std::pair<Wait::For, std::int64_t> woken_from_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace skep::mcp
