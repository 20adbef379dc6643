#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/function_ref.h"
#include "base/limits.h"
#include "json/reader.h"
#include "json/writer.h"
#include "mcp/request.h"
#include "mcp/revision.h"
#include "rpc/envelope.h"
#include "rpc/reply.h"
#include "skep/context.h"
#include "skep/transport.h"

namespace skep::mcp {

class Deferred;
class Server;
class ToolCall;

/// One client's conversation. On its connection's thread; calls that are under way elsewhere come back to it there.
class ServerSession final : public Session, private rpc::ReplyTarget {
 public:
  /// Both must outlive the session.
  ServerSession(Server& server, Transport& transport, ClientIdentity client);
  /// Calls still in flight go on and are answered to nobody.
  ~ServerSession() override;

  void OnFrame(std::span<char> frame) override;
  void OnDrained() override;
  void OnOversizeFrame() override;
  std::size_t InFlight() const override { return in_flight_ + held_ + deferred_.size(); }
  std::size_t InFlightBytes() const override { return bytes_in_flight_; }
  void OnEnd() override;

  Server& server() { return server_; }
  /// Shared with the calls in flight, which may outlive the session.
  const std::shared_ptr<SessionScope>& scope() const { return scope_; }
  /// What `initialize` has agreed on, and what its client can be asked.
  void set_revision(Revision revision, ClientAbilities abilities) {
    revision_ = revision;
    abilities_ = abilities;
  }
  Revision revision() const { return revision_; }
  /// What the client says of itself: `initialize` does, and every modern request may. The session of its own that a
  /// request belongs to is `thread`, if it names one. Values that are not there, or no text, say nothing.
  void NoteClient(json::Value client_info, json::Value thread);

  /// Whether a write of this session is not yet committed: a read must then take its place behind it.
  bool HasUnfinishedWrite() const { return writes_in_flight_ > 0; }

  /// Bytes said and not yet taken by the client.
  std::size_t unsent() const { return transport_.Unsent(); }
  /// Whether no more frames will come.
  bool ended() const { return ended_; }

  /// The client's roots may have changed: they are asked for, unless they are being asked for. Then again.
  void NoteRootsChange();
  void NoteRootsAnswer();

  // For calls that are not answered at once.
  /// One of those that go on for a while no longer does.
  void NoteStopped() { Watch(-1); }
  /// How many of them are of tools that go on for a while.
  std::size_t watching() const { return watching_; }
  /// How many of them wait for something that was not there.
  std::size_t waiting() const { return waiting_.size(); }
  /// One more does: it no longer holds back reads.
  void BeginWait(ToolCall& call);
  /// Bytes that the answer of a read which cannot be given yet will hold, judged by the last one.
  std::size_t ExpectedAnswer() const { return expected_answer_; }
  void NoteAnswer(std::size_t bytes) { expected_answer_ = std::max(bytes, limits::kExpectedAnswer); }
  /// A request that waits for its turn.
  void EnterDeferred(Deferred& deferred);
  void LeaveDeferred(Deferred& deferred);
  /// A request that is kept open elsewhere, and will be answered.
  void Hold() { ++held_; }
  void Unhold() { --held_; }
  void Enter(ToolCall& call);
  void Leave(ToolCall& call);
  /// A line of our own accord: a notification, or a request. `write` appends its members but `jsonrpc`.
  void Send(FunctionRef<void(json::Writer&)> write);
  /// `total`: 0 if nobody knows it. `task`: of the protocol, whose progress this is; empty: of none.
  void SendProgress(std::string_view token, double done, double total, std::string_view message, std::string_view task);

 private:
  // rpc::ReplyTarget: answers that are a line of their own.
  Block& Open() override { return transport_.Output(); }
  void Close(std::size_t begin) override;
  void Answered(const rpc::Mark& mark, std::size_t bytes, const rpc::Failure* failure) override;
  std::size_t Budget() const override;

  /// Of the message that is being read: when its frame came, and, for the first of a frame, how long that is.
  rpc::Mark TakeMark();
  void Watch(int more);
  /// Whoever else knows this session forgets it.
  void OnGone();
  void OnMessage(json::Value root, rpc::ReplyTarget& target, bool in_batch, bool number_out_of_range);
  void OnBatch(json::Value root, bool number_out_of_range);
  void OnNotification(const rpc::Message& message);
  void Dispatch(const rpc::Message& message, rpc::Reply reply, bool in_batch);

  Server& server_;
  Transport& transport_;
  /// Agreed by `initialize`. A script that never sends one is served as if it had asked for the newest.
  Revision revision_ = kNewestLegacy;
  ClientAbilities abilities_;
  std::shared_ptr<SessionScope> scope_ = std::make_shared<SessionScope>();
  bool in_frame_ = false;
  std::int64_t frame_began_ns_ = 0;  ///< When the frame that is being read came; 0: it is not measured.
  std::uint32_t frame_bytes_ = 0;    ///< Of the frame that is being read, until its first message has been.
  std::uint16_t last_operation_ = rpc::Mark::kNoOperation;

  /// Calls; which they are, the server's table knows.
  std::size_t in_flight_ = 0;
  std::size_t writes_in_flight_ = 0;
  std::size_t watching_ = 0;
  std::vector<ToolCall*> waiting_;
  std::vector<Deferred*> deferred_;
  std::size_t held_ = 0;
  bool ended_ = false;
  /// Whether the client has been asked for its roots and has not answered; and whether they have changed since.
  bool roots_asked_ = false;
  bool roots_changed_ = false;
  std::size_t bytes_in_flight_ = 0;
  std::size_t expected_answer_ = limits::kExpectedAnswer;
};

}  // namespace skep::mcp
